import {
  CapabilitiesSchema,
  ClaimSchema,
  ContentIdSchema,
  DateSchema,
  DEVICE_TYPES,
  DeviceIdSchema,
  DeviceNameSchema,
  PlaybackStateSchema,
  PlayIdSchema,
  RegisterKeySchema,
  RegisterKindSchema,
  RegisterValueSchema,
  SecondsSchema,
  ShortTextSchema,
  SourceSchema,
  TagSchema,
  TimestampSchema,
  UUID_PATTERN,
} from '@cuepoint/core';
import { Type, type Static } from 'typebox';

export const EXPORT_TYPE = 'cuepoint-export';
/** Raised only when an older reader would misread what is written. */
export const EXPORT_VERSION = 1;

const closed = { additionalProperties: false } as const;

const InstantText = Type.String({
  pattern: '^(\\d{4}|\\+\\d{6})-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d\\.\\d{3}Z$',
});
const StampSchema = Type.Object({ timestamp: TimestampSchema, deviceId: DeviceIdSchema }, closed);

function nullable<Schema extends Parameters<typeof Type.Union>[0][number]>(schema: Schema) {
  return Type.Union([schema, Type.Null()]);
}

/** The first line. */
export const HeaderLineSchema = Type.Object({
  type: Type.Literal(EXPORT_TYPE),
  version: Type.Integer(),
  userId: Type.String({ pattern: UUID_PATTERN }),
});

/** The last line: an export without it was cut short. */
export const EndLineSchema = Type.Object({
  type: Type.Literal('end'),
  lines: Type.Integer({ minimum: 0, description: 'Lines between the first and this one.' }),
});

/** One tag of the watchlist, tombstones included. */
export const WatchlistLineSchema = Type.Object(
  {
    type: Type.Literal('watchlist'),
    contentId: ContentIdSchema,
    tag: TagSchema,
    added: nullable(StampSchema),
    removed: nullable(StampSchema),
    removedAt: nullable(InstantText),
  },
  closed,
);

/** One register; a cleared one has no position. */
export const ProgressLineSchema = Type.Object(
  {
    type: Type.Literal('progress'),
    contentId: ContentIdSchema,
    position: nullable(
      Type.Object(
        {
          positionSeconds: SecondsSchema,
          durationSeconds: SecondsSchema,
          state: PlaybackStateSchema,
        },
        closed,
      ),
    ),
    timestamp: TimestampSchema,
    claim: Type.Optional(ClaimSchema),
    deviceId: DeviceIdSchema,
    updatedAt: InstantText,
  },
  closed,
);

/** One register of another kind; a cleared one has null. */
export const RegisterLineSchema = Type.Object(
  {
    type: Type.Literal('register'),
    register: RegisterKindSchema,
    key: RegisterKeySchema,
    value: RegisterValueSchema,
    timestamp: TimestampSchema,
    claim: Type.Optional(ClaimSchema),
    deviceId: DeviceIdSchema,
    updatedAt: InstantText,
  },
  closed,
);

/** One play, tombstones included; of one of which only a removal has arrived nobody knows the content. */
export const PlayLineSchema = Type.Object(
  {
    type: Type.Literal('play'),
    playId: PlayIdSchema,
    contentId: nullable(ContentIdSchema),
    watchedAt: nullable(DateSchema),
    source: nullable(SourceSchema),
    added: nullable(
      Type.Object({ ...StampSchema.properties, claim: Type.Optional(ClaimSchema) }, closed),
    ),
    removed: nullable(StampSchema),
    removedAt: nullable(InstantText),
  },
  closed,
);

export const DeviceLineSchema = Type.Object(
  {
    type: Type.Literal('device'),
    deviceId: DeviceIdSchema,
    deviceType: Type.Enum([...DEVICE_TYPES]),
    platform: ShortTextSchema,
    appVersion: ShortTextSchema,
    deviceName: nullable(DeviceNameSchema),
    capabilities: CapabilitiesSchema,
    lastSeen: InstantText,
    isOnline: Type.Boolean(),
    revokedAt: nullable(InstantText),
  },
  closed,
);

/** What was collected of the user: no add at or below it is ever stored again. */
export const FloorLineSchema = Type.Object(
  { type: Type.Literal('floor'), collected: TimestampSchema },
  closed,
);

export type HeaderLine = Static<typeof HeaderLineSchema>;
export type EndLine = Static<typeof EndLineSchema>;
export type WatchlistLine = Static<typeof WatchlistLineSchema>;
export type ProgressLine = Static<typeof ProgressLineSchema>;
export type RegisterLine = Static<typeof RegisterLineSchema>;
export type PlayLine = Static<typeof PlayLineSchema>;
export type DeviceLine = Static<typeof DeviceLineSchema>;
export type FloorLine = Static<typeof FloorLineSchema>;
/** One line between the first and the last. */
export type DataLine =
  | WatchlistLine
  | ProgressLine
  | RegisterLine
  | PlayLine
  | DeviceLine
  | FloorLine;
