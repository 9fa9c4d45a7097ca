import {
  ClaimSchema,
  ContentIdSchema,
  CursorSchema,
  DeviceIdSchema,
  GivenDurationSchema,
  GivenOpSchema,
  GivenSecondsSchema,
  OPS_PER_PUSH_MAX,
  PlaybackStateSchema,
  SecondsSchema,
  TagSchema,
  TimestampSchema,
} from '@cuepoint/core';
import { LIST_LIMIT_MAX } from '@cuepoint/store';
import { Type } from 'typebox';
import { LIST_LIMIT_DEFAULT } from '../limits.ts';

const closed = { additionalProperties: false } as const;

export const ContentParamsSchema = Type.Object({ contentId: ContentIdSchema });
export const DeviceParamsSchema = Type.Object({ deviceId: DeviceIdSchema });

const listQuery = {
  limit: Type.Optional(
    Type.Integer({
      minimum: 1,
      maximum: LIST_LIMIT_MAX,
      description: `Items on the page; default ${LIST_LIMIT_DEFAULT}.`,
    }),
  ),
  cursor: Type.Optional(CursorSchema),
};

export const ListQuerySchema = Type.Object(listQuery, closed);

export const ProgressQuerySchema = Type.Object(
  {
    status: Type.Optional(
      Type.Enum(['in_progress', 'completed', 'all'], { description: 'Default all.' }),
    ),
    ...listQuery,
  },
  closed,
);

export const WatchlistAddBodySchema = Type.Object(
  { tag: Type.Optional(TagSchema) },
  {
    ...closed,
    description: 'May be left out. A retry that sends its tag again never adds a second time.',
  },
);

export const ProgressBodySchema = Type.Object(
  {
    positionSeconds: GivenSecondsSchema,
    durationSeconds: GivenDurationSchema,
    state: PlaybackStateSchema,
    timestamp: Type.Optional(TimestampSchema),
    claim: Type.Optional(ClaimSchema),
    playbackId: Type.Optional({
      ...ContentIdSchema,
      description:
        'The same for each report of one playback: its play is counted once, however often it is told. Not with a ' +
        'timestamp.',
    }),
    passive: Type.Optional(
      Type.Boolean({
        description:
          'A report of a timer rather than an action of a person: it never beats another device. Not ' +
          'with a timestamp.',
      }),
    ),
  },
  closed,
);

export const HandOffBodySchema = Type.Object(
  {
    from: DeviceIdSchema,
    to: DeviceIdSchema,
    contentId: ContentIdSchema,
    positionSeconds: Type.Optional(SecondsSchema),
    state: Type.Optional(Type.Enum(['playing', 'paused'])),
  },
  { ...closed, description: 'What moves, from which device to which.' },
);

export const SyncQuerySchema = Type.Object(
  { cursor: Type.Optional(CursorSchema), page: Type.Optional(CursorSchema) },
  closed,
);

const syncFields = {
  deviceId: DeviceIdSchema,
  cursor: Type.Optional(CursorSchema),
  page: Type.Optional(CursorSchema),
};

/** Ops are validated one by one: a bad one is rejected in its place and blocks no other. */
export const SyncBodySchema = Type.Object(
  { ...syncFields, ops: Type.Optional(Type.Array(Type.Unknown())) },
  closed,
);

/** What {@link SyncBodySchema} and the validation of each op amount to, for the documentation. */
export const DocumentedSyncBodySchema = Type.Object(
  { ...syncFields, ops: Type.Optional(Type.Array(GivenOpSchema, { maxItems: OPS_PER_PUSH_MAX })) },
  closed,
);
