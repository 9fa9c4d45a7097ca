import { Type, type Static } from 'typebox';
import type { ErrorCode } from './errors.ts';
import {
  CONTENT_ID_PATTERN,
  DEVICE_ID_PATTERN,
  REGISTER_KEY_PATTERN,
  SECONDS_MAX,
  UUID_PATTERN,
} from './ids.ts';
import type { JsonValue } from './json-value.ts';
import { TAGS_PER_REMOVE_MAX, type NoContent, type OpKind } from './op.ts';
import { PLAYBACK_STATES } from './playback-position.ts';
import { TIMESTAMP_PATTERN } from './timestamp.ts';

const closed = { additionalProperties: false } as const;

export const ContentIdSchema = Type.String({
  pattern: CONTENT_ID_PATTERN,
  description: 'Opaque id of a content: 1 to 255 code points, no control characters, not . or ..',
});
export const DeviceIdSchema = Type.String({
  pattern: DEVICE_ID_PATTERN,
  description: 'Id of an installed app, unique in the user.',
});
export const TagSchema = Type.String({
  pattern: UUID_PATTERN,
  description: 'The UUID that one watchlist add minted.',
});
export const TimestampSchema = Type.String({
  pattern: TIMESTAMP_PATTERN,
  description: 'Hybrid logical clock: ms since the epoch as 12 hex digits, -, counter as 4.',
});
export const ClaimSchema = Type.String({
  pattern: TIMESTAMP_PATTERN,
  description:
    'The timestamp of the act of a person that this report continues, at or before its own; left out: it is that act.',
});
export const SecondsSchema = Type.Integer({ minimum: 0, maximum: SECONDS_MAX });
/** As players and other programs have them: a fraction is dropped, what is left is {@link SecondsSchema}. */
export const GivenSecondsSchema = Type.Number({
  minimum: 0,
  maximum: SECONDS_MAX,
  description: 'Seconds; a fraction is dropped.',
});
export const GivenDurationSchema = Type.Optional(
  Type.Number({
    minimum: 0,
    maximum: SECONDS_MAX,
    description: 'Seconds; a fraction is dropped. 0, or left out: unknown.',
  }),
);
export const PlaybackStateSchema = Type.Enum([...PLAYBACK_STATES]);
export const RegisterKindSchema = Type.String({
  pattern: '^[A-Za-z0-9._-]{1,32}$',
  description: "Kind of a register; an app's own begins with x-.",
});
export const RegisterKeySchema = Type.String({
  pattern: REGISTER_KEY_PATTERN,
  description:
    'What a register is said of, as its kind has it: a content, a group, a place, or any text like a content id.',
});
export const RegisterValueSchema = Type.Unsafe<JsonValue>({
  description:
    'JSON as the kind of the register has it, at most 4,096 bytes and 8 levels deep; null clears.',
});
export const PlayIdSchema = Type.String({
  pattern: UUID_PATTERN,
  description: 'UUID of one play: version 5 of content and playback where the playback has an id.',
});
export const DateSchema = Type.String({
  // Whether it is one, readDate says.
  pattern: '^[0-9TtZz:.+-]{10,35}$',
  description:
    'An instant as RFC 3339 has it, or a day without a time: 2026-01-31T20:15:00Z, 2026-01-31.',
});
export const SourceSchema = Type.String({
  pattern: '^[^\\p{Cc}\\p{Cs}]{1,64}$',
  description: 'Program or service that says so: 1 to 64 code points, no control characters.',
});

export const WireWatchlistAddSchema = Type.Object(
  {
    kind: Type.Literal('watchlist.add'),
    contentId: ContentIdSchema,
    tag: TagSchema,
    timestamp: TimestampSchema,
    deviceId: Type.Optional(DeviceIdSchema),
  },
  closed,
);
export const WireWatchlistRemoveSchema = Type.Object(
  {
    kind: Type.Literal('watchlist.remove'),
    contentId: ContentIdSchema,
    tags: Type.Array(TagSchema, { minItems: 1, maxItems: TAGS_PER_REMOVE_MAX }),
    timestamp: TimestampSchema,
    deviceId: Type.Optional(DeviceIdSchema),
  },
  closed,
);
export const WireProgressSetSchema = Type.Object(
  {
    kind: Type.Literal('progress.set'),
    contentId: ContentIdSchema,
    positionSeconds: SecondsSchema,
    durationSeconds: SecondsSchema,
    state: PlaybackStateSchema,
    timestamp: TimestampSchema,
    claim: Type.Optional(ClaimSchema),
    deviceId: Type.Optional(DeviceIdSchema),
  },
  closed,
);
export const WireProgressClearSchema = Type.Object(
  {
    kind: Type.Literal('progress.clear'),
    contentId: ContentIdSchema,
    timestamp: TimestampSchema,
    deviceId: Type.Optional(DeviceIdSchema),
  },
  closed,
);

export const WireRegisterSetSchema = Type.Object(
  {
    kind: Type.Literal('register.set'),
    register: RegisterKindSchema,
    key: RegisterKeySchema,
    value: RegisterValueSchema,
    timestamp: TimestampSchema,
    claim: Type.Optional(ClaimSchema),
    deviceId: Type.Optional(DeviceIdSchema),
  },
  closed,
);
export const WirePlayAddSchema = Type.Object(
  {
    kind: Type.Literal('play.add'),
    contentId: ContentIdSchema,
    playId: PlayIdSchema,
    watchedAt: Type.Optional(DateSchema),
    source: Type.Optional(SourceSchema),
    timestamp: TimestampSchema,
    claim: Type.Optional(ClaimSchema),
    deviceId: Type.Optional(DeviceIdSchema),
  },
  closed,
);
export const WirePlayRemoveSchema = Type.Object(
  {
    kind: Type.Literal('play.remove'),
    playIds: Type.Array(PlayIdSchema, { minItems: 1, maxItems: TAGS_PER_REMOVE_MAX }),
    timestamp: TimestampSchema,
    deviceId: Type.Optional(DeviceIdSchema),
  },
  closed,
);

const wireOpUnion = Type.Union([
  WireWatchlistAddSchema,
  WireWatchlistRemoveSchema,
  WireProgressSetSchema,
  WireProgressClearSchema,
  WireRegisterSetSchema,
  WirePlayAddSchema,
  WirePlayRemoveSchema,
]);
/** An op as it travels. In `changes` it carries its device; in a push the session names it. */
export type WireOp = WithContent<Static<typeof wireOpUnion>>;
type WithContent<Wire> = Wire extends { readonly contentId: string } ? Wire : Wire & NoContent;
export const WireOpSchema = Type.Unsafe<WireOp>(wireOpUnion);

const schemasByKind = {
  'watchlist.add': WireWatchlistAddSchema,
  'watchlist.remove': WireWatchlistRemoveSchema,
  'progress.set': Type.Object(
    {
      ...WireProgressSetSchema.properties,
      positionSeconds: GivenSecondsSchema,
      durationSeconds: GivenDurationSchema,
    },
    closed,
  ),
  'progress.clear': WireProgressClearSchema,
  'register.set': WireRegisterSetSchema,
  'play.add': WirePlayAddSchema,
  'play.remove': WirePlayRemoveSchema,
} as const satisfies Record<OpKind, unknown>;

/** An op as it is taken from a device: as {@link WireOpSchema}, with what {@link GivenSecondsSchema} allows. */
export const GivenOpSchema = Type.Union(Object.values(schemasByKind));

/** Of an op as it is taken from a device. */
export function wireOpSchemaOf(kind: unknown): (typeof schemasByKind)[OpKind] | undefined {
  return isOpKind(kind) ? schemasByKind[kind] : undefined;
}

function isOpKind(kind: unknown): kind is OpKind {
  return typeof kind === 'string' && Object.hasOwn(schemasByKind, kind);
}

const CODES_BY_FIELD: Readonly<Record<string, ErrorCode>> = {
  contentId: 'invalid_content_id',
  deviceId: 'invalid_device_id',
  tag: 'invalid_tag',
  tags: 'invalid_tag',
  timestamp: 'invalid_timestamp',
  claim: 'invalid_claim',
  positionSeconds: 'invalid_seconds',
  durationSeconds: 'invalid_seconds',
  state: 'invalid_state',
  register: 'invalid_register',
  key: 'invalid_register_key',
  value: 'invalid_register_value',
  playId: 'invalid_play_id',
  playIds: 'invalid_play_id',
  watchedAt: 'invalid_date',
  source: 'invalid_source',
};

/** The stable code for a field that a schema refused; every input path answers with the same one. */
export function codeOfField(field: string | undefined): ErrorCode {
  return field !== undefined && Object.hasOwn(CODES_BY_FIELD, field)
    ? (CODES_BY_FIELD[field] ?? 'invalid_request')
    : 'invalid_request';
}
