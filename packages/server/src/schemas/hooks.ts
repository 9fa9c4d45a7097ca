import { UUID_PATTERN } from '@cuepoint/core';
import { HOOK_SOURCES } from '@cuepoint/hooks';
import { Type } from 'typebox';
import { InstantSchema } from './answers.ts';

export const HOOK_USERS_MAX = 20;
const USER_LENGTH_MAX = 255;
const LABEL_LENGTH_MAX = 64;

const HookUserSchema = Type.Object(
  {
    id: Type.Optional(Type.String({ minLength: 1, maxLength: USER_LENGTH_MAX })),
    name: Type.Optional(Type.String({ minLength: 1, maxLength: USER_LENGTH_MAX })),
  },
  {
    additionalProperties: false,
    minProperties: 1,
    description: 'A user of the server. One with an id counts by it alone.',
  },
);

const AcceptedUsersSchema = Type.Array(HookUserSchema, {
  maxItems: HOOK_USERS_MAX,
  description: 'Whose playbacks count; nothing does while the list is empty.',
});

const LabelSchema = Type.String({ minLength: 1, maxLength: LABEL_LENGTH_MAX });

export const HookIdSchema = Type.String({ pattern: UUID_PATTERN });

export const NewHookSchema = Type.Object(
  {
    source: Type.Enum([...HOOK_SOURCES]),
    label: Type.Optional(LabelSchema),
    acceptedUsers: Type.Optional(AcceptedUsersSchema),
  },
  { additionalProperties: false },
);

export const HookChangeSchema = Type.Object(
  { label: Type.Optional(LabelSchema), acceptedUsers: Type.Optional(AcceptedUsersSchema) },
  { additionalProperties: false },
);

const hookFields = {
  id: Type.String(),
  source: Type.Enum([...HOOK_SOURCES]),
  label: Type.String(),
  acceptedUsers: AcceptedUsersSchema,
  createdAt: InstantSchema,
  lastUsedAt: Type.Union([InstantSchema, Type.Null()]),
};

export const HookSchema = Type.Object(hookFields);
export const HookListSchema = Type.Object({ items: Type.Array(HookSchema) });

export const CreatedHookSchema = Type.Object({
  ...hookFields,
  secret: Type.String({ description: 'Told this once.' }),
  address: Type.String({ description: 'What is pasted into the server.' }),
  headerAddress: Type.String({
    description: 'The same without the secret, for who sends it as a header.',
  }),
  header: Type.String(),
  template: Type.Union([Type.String(), Type.Null()], {
    description: 'The body to paste, where the sender has none of its own.',
  }),
});

export const ReceiptListSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      at: InstantSchema,
      event: Type.String(),
      outcome: Type.String({ description: 'recorded, ignored, unmatched, unreadable or failed.' }),
      reason: Type.String(),
      message: Type.String({ description: 'The same in words.' }),
      title: Type.String(),
      user: Type.Object({ id: Type.Optional(Type.String()), name: Type.Optional(Type.String()) }),
    }),
  ),
});
