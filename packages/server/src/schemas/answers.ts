import {
  CapabilitiesSchema,
  ClaimSchema,
  COMMAND_OUTCOMES,
  ContentIdSchema,
  DEVICE_TYPES,
  DeviceIdSchema,
  ERROR_CODES,
  FloorSchema,
  OpResultSchema,
  PlaybackStateSchema,
  registrationFields,
  SecondsSchema,
  TagSchema,
  TimestampSchema,
  WireOpSchema,
} from '@cuepoint/core';
import { Type, type TProperties, type TSchema } from 'typebox';
import { PROBLEM_MEDIA_TYPE } from '../http/problem.ts';

export const InstantSchema = Type.String({
  format: 'date-time',
  description: 'An instant, RFC 3339, UTC, in ms.',
});

export const ResultSchema = Type.Enum(['applied', 'duplicate', 'superseded'], {
  description:
    'applied: it is stored now. duplicate: it was stored already. superseded: something greater is ' +
    'stored, which `winner` shows where it is known.',
});

export const ProblemSchema = Type.Object(
  {
    type: Type.String({ description: 'urn:cuepoint:problem:<code>' }),
    title: Type.String(),
    status: Type.Integer(),
    detail: Type.String(),
    code: Type.Enum([...ERROR_CODES], { description: 'Stable: never renamed, never reused.' }),
    field: Type.Optional(Type.String({ description: 'The input that was wrong.' })),
    limit: Type.Optional(Type.Object({ name: Type.String(), value: Type.Integer() })),
    retryAfterMs: Type.Optional(Type.Integer({ description: 'When to try again.' })),
    serverTime: Type.Optional(
      Type.Integer({ description: 'With clock_ahead: ms since the epoch.' }),
    ),
    traceId: Type.String(),
  },
  { description: 'RFC 9457.' },
);

/**
 * The answers that every route can give beside its own.
 *
 * Untyped on purpose: answers are built from readonly values of the store, and the tests hold them to
 * their schemas.
 */
export function withProblems(answers: object): Record<string, unknown> {
  const problem = { content: { [PROBLEM_MEDIA_TYPE]: { schema: ProblemSchema } } };
  return {
    ...answers,
    '4xx': { description: 'The request cannot be done as it is.', ...problem },
    '5xx': { description: 'The service cannot do it now.', ...problem },
  };
}

/** An answer that is not JSON. */
export function textOf(mediaType: string, description: string) {
  return { description, content: { [mediaType]: { schema: Type.String() } } };
}

export function listOf<Item extends TSchema>(item: Item) {
  return Type.Object(
    {
      items: Type.Array(item),
      nextCursor: Type.Optional(
        Type.String({ description: 'There when the page does not hold the rest.' }),
      ),
      total: Type.Optional(
        Type.Integer({ description: 'Of the whole list, on a page that holds all of it.' }),
      ),
    },
    { description: 'One page of a list.' },
  );
}

export const WatchlistItemSchema = Type.Object(
  {
    contentId: ContentIdSchema,
    addedAt: InstantSchema,
    deviceId: DeviceIdSchema,
    tags: Type.Array(TagSchema),
  },
  { description: 'A content on the list, with the adds that keep it there.' },
);

export const WatchlistWriteSchema = Type.Object(
  {
    result: ResultSchema,
    contentId: ContentIdSchema,
    addedAt: Type.Optional(InstantSchema),
    deviceId: Type.Optional(DeviceIdSchema),
    tags: Type.Array(TagSchema),
    winner: Type.Optional(WireOpSchema),
  },
  { description: 'What became of the add.' },
);

export const WatchlistRemovalSchema = Type.Object(
  { result: ResultSchema, contentId: ContentIdSchema, removedTags: Type.Array(TagSchema) },
  { description: 'The adds that were seen and removed.' },
);

const progressFields = {
  positionSeconds: SecondsSchema,
  durationSeconds: SecondsSchema,
  state: PlaybackStateSchema,
  timestamp: TimestampSchema,
  deviceId: DeviceIdSchema,
  updatedAt: InstantSchema,
};

export const ProgressItemSchema = Type.Object(
  { contentId: ContentIdSchema, ...progressFields, claim: Type.Optional(ClaimSchema) },
  { description: 'Where the user is in a content.' },
);

export const ProgressWriteSchema = Type.Object(
  {
    result: ResultSchema,
    contentId: ContentIdSchema,
    ...optional(progressFields),
    claim: Type.Optional(ClaimSchema),
    winner: Type.Optional(WireOpSchema),
  },
  { description: 'What became of the write, and what it wrote.' },
);

export const ProgressRemovalSchema = Type.Object(
  { result: ResultSchema, contentId: ContentIdSchema, winner: Type.Optional(WireOpSchema) },
  { description: 'What became of the clear.' },
);

export const DeviceRegistrationSchema = Type.Object(registrationFields, {
  additionalProperties: false,
  description: 'What a device says of itself.',
});

export const DeviceSchema = Type.Object(
  {
    deviceId: DeviceIdSchema,
    deviceType: Type.Enum([...DEVICE_TYPES]),
    platform: Type.String(),
    appVersion: Type.String(),
    deviceName: Type.Union([Type.String(), Type.Null()]),
    capabilities: CapabilitiesSchema,
    lastSeen: InstantSchema,
    isOnline: Type.Boolean(),
  },
  { description: 'One installed app.' },
);

export const CommandEndSchema = Type.Object(
  {
    outcome: Type.Enum([...COMMAND_OUTCOMES], {
      description:
        'applied, refused: what the device answered. expired: it did not answer in time. unreachable: it ' +
        'has no session.',
    }),
    reason: Type.Optional(Type.String({ description: 'Of a refusal, as the device gave it.' })),
    sourceOutcome: Type.Optional(
      Type.Enum([...COMMAND_OUTCOMES], {
        description: 'Of a hand-off that was applied: how the source took its stop.',
      }),
    ),
  },
  { description: 'How a command ended.' },
);

const changesFields = {
  changes: Type.Array(WireOpSchema),
  resync: Type.Boolean({
    description:
      'True when the pages up to `more: false` are the whole state, tombstones included.',
  }),
  restored: Type.Optional(
    Type.Literal(true, {
      description:
        'On the first page of a whole state: the database was restored or failed over. Push again what you know ' +
        'and the pages lack, under its stamps.',
    }),
  ),
  more: Type.Boolean({ description: 'True when `page` leads on.' }),
  cursor: Type.Optional(
    Type.String({ description: 'On the last page: pass it next time for what comes after.' }),
  ),
  page: Type.Optional(Type.String({ description: 'Pass it to read on where this page ended.' })),
  serverTime: Type.Integer({ description: 'ms since the epoch.' }),
};

export const ChangesAnswerSchema = Type.Object(changesFields, {
  description: 'Changes since the cursor.',
});

export const SyncAnswerSchema = Type.Object(
  { results: Type.Array(OpResultSchema), floor: Type.Optional(FloorSchema), ...changesFields },
  { description: 'The results in the order of the ops, then the changes since the cursor.' },
);

function optional<Properties extends TProperties>(properties: Properties): TProperties {
  return Object.fromEntries(
    Object.entries(properties).map(([name, schema]) => [name, Type.Optional(schema)]),
  );
}
