import { DeviceIdSchema, UUID_PATTERN } from '@cuepoint/core';
import { Type } from 'typebox';
import { NAME_LENGTH_MAX, PASSWORD_LENGTH_MAX } from '../accounts/account-text.ts';
import { InstantSchema } from './answers.ts';

/** A sign of a name or a password has two code units at the most; forms of composition may have some more. */
const UNITS_PER_SIGN = 4;

export const NameSchema = Type.String({
  maxLength: NAME_LENGTH_MAX * UNITS_PER_SIGN,
  description: `1 to ${NAME_LENGTH_MAX} signs.`,
});

export const PasswordSchema = Type.String({
  maxLength: PASSWORD_LENGTH_MAX * UNITS_PER_SIGN,
  description: 'At least 8 signs.',
});

export const ProfileIdSchema = Type.String({
  pattern: UUID_PATTERN,
  description: 'The user id of a profile.',
});

export const ProfileSchema = Type.Object({ userId: Type.String(), name: Type.String() });

export const AccountSchema = Type.Object({
  hasPeople: Type.Boolean({ description: 'False: the set-up link of the terminal comes first.' }),
  person: Type.Union([
    Type.Null(),
    Type.Object({
      name: Type.String(),
      profiles: Type.Array(ProfileSchema),
      isFirst: Type.Boolean({ description: 'May add other people.' }),
    }),
  ]),
});

export const TokenRequestSchema = Type.Object(
  {
    userId: ProfileIdSchema,
    deviceId: Type.Optional({ ...DeviceIdSchema, description: 'Binds the token to one device.' }),
  },
  { additionalProperties: false },
);

export const TokenSchema = Type.Object({ token: Type.String(), expiresAt: InstantSchema });

const USER_CODE_LENGTH_MAX = 64;

export const UserCodeSchema = Type.String({
  maxLength: USER_CODE_LENGTH_MAX,
  description: 'The eight letters that the screen shows, however they are typed.',
});

export const ScreenSchema = Type.Object({
  label: Type.String({ description: 'What the screen calls itself.' }),
  since: InstantSchema,
});

export const DecisionSchema = Type.Object(
  {
    userCode: UserCodeSchema,
    decision: Type.Enum(['confirm', 'deny']),
    userId: Type.Optional(ProfileIdSchema),
  },
  { additionalProperties: false },
);

export const SignInListSchema = Type.Object({
  items: Type.Array(
    Type.Object({
      id: Type.String(),
      label: Type.String({ description: 'The browser, or what the screen calls itself.' }),
      isHere: Type.Boolean({ description: 'The browser that asks.' }),
      profile: Type.Optional(ProfileSchema),
      deviceId: Type.Optional(Type.String()),
      createdAt: InstantSchema,
      lastUsedAt: InstantSchema,
    }),
  ),
});
