import {
  ClaimSchema,
  ContentIdSchema,
  DEVICE_TYPES,
  DeviceIdSchema,
  PlaybackStateSchema,
  PlayIdSchema,
  RegisterKeySchema,
  RegisterKindSchema,
  RegisterValueSchema,
  SecondsSchema,
  TagSchema,
  TimestampSchema,
} from '@cuepoint/core';
import { Type, type TSchema } from 'typebox';
import { InstantSchema } from './answers.ts';
import { CardSchema, HiddenGroupSchema } from './watching.ts';

const orNull = <Schema extends TSchema>(schema: Schema) => Type.Union([schema, Type.Null()]);

const WriterSchema = Type.Object(
  {
    timestamp: TimestampSchema,
    claim: Type.Optional(ClaimSchema),
    at: InstantSchema,
    deviceId: DeviceIdSchema,
  },
  { description: "A stamp: who wrote, and when by the writer's clock." },
);

const TagRowSchema = Type.Object(
  {
    contentId: ContentIdSchema,
    tag: TagSchema,
    isLive: Type.Boolean({ description: 'False for a tombstone.' }),
    added: orNull(WriterSchema),
    removed: orNull(WriterSchema),
    createdAt: InstantSchema,
    removedAt: orNull(InstantSchema),
  },
  { description: 'One tag of the watchlist. Without `added` its removal came first.' },
);

const RegisterSchema = Type.Object(
  {
    contentId: ContentIdSchema,
    isCleared: Type.Boolean(),
    positionSeconds: orNull(SecondsSchema),
    durationSeconds: orNull(SecondsSchema),
    state: orNull(PlaybackStateSchema),
    written: WriterSchema,
    updatedAt: InstantSchema,
  },
  { description: 'The write of a content that won.' },
);

const SaidRegisterSchema = Type.Object(
  {
    register: RegisterKindSchema,
    key: RegisterKeySchema,
    value: RegisterValueSchema,
    written: WriterSchema,
    updatedAt: InstantSchema,
  },
  { description: 'What was said last of a kind and key; null once cleared.' },
);

const PlayRowSchema = Type.Object(
  {
    playId: PlayIdSchema,
    contentId: orNull(ContentIdSchema),
    watchedAt: orNull(Type.String()),
    source: orNull(Type.String()),
    added: orNull(WriterSchema),
    removed: orNull(WriterSchema),
    createdAt: InstantSchema,
    removedAt: orNull(InstantSchema),
  },
  { description: 'One play of the history. Without `added` its removal came first.' },
);

const InspectedDeviceSchema = Type.Object({
  deviceId: DeviceIdSchema,
  deviceType: Type.Enum([...DEVICE_TYPES]),
  platform: Type.String(),
  appVersion: Type.String(),
  deviceName: orNull(Type.String()),
  lastSeen: InstantSchema,
  isOnline: Type.Boolean(),
  revokedAt: orNull(InstantSchema),
});

const SessionSchema = Type.Object({
  sessionId: Type.String(),
  deviceId: DeviceIdSchema,
  phase: Type.Enum(['reading', 'live', 'behind'], {
    description:
      'reading: it is sent pages. live: it has everything. behind: its socket was too slow, it catches up.',
  }),
  hasCursor: Type.Boolean({ description: 'It was sent everything before a known point.' }),
  pushesInFlight: Type.Integer(),
  bytesWaiting: Type.Integer(),
  openedAt: InstantSchema,
  lastHeardAt: InstantSchema,
});

/** The newest rows of what may be far more. */
function listOfNewest<Item extends TSchema>(item: Item) {
  return Type.Object({
    items: Type.Array(item),
    isTruncated: Type.Boolean({ description: 'True when there are more rows than these.' }),
  });
}

export const InspectedUserSchema = Type.Object(
  {
    userId: Type.String(),
    serverTime: Type.Integer({ description: 'ms since the epoch.' }),
    watchlist: listOfNewest(TagRowSchema),
    progress: listOfNewest(RegisterSchema),
    registers: listOfNewest(SaidRegisterSchema),
    plays: listOfNewest(PlayRowSchema),
    devices: listOfNewest(InspectedDeviceSchema),
    sessions: Type.Array(SessionSchema, { description: 'Of this instance.' }),
  },
  { description: 'What is stored of a user, and what this instance holds of them.' },
);

const SaidSchema = Type.Object(
  {
    kind: Type.String({ description: 'progress, or the kind of a register.' }),
    key: Type.String({ description: 'The name under which it was written.' }),
    value: Type.Unknown(),
    written: WriterSchema,
    claimedAt: InstantSchema,
  },
  { description: 'What was written of a content or its group, and which act it goes back to.' },
);

export const ExplainedListSchema = Type.Object(
  {
    userId: Type.String(),
    serverTime: Type.Integer(),
    items: Type.Array(
      Type.Object({
        verdict: Type.Union([CardSchema, HiddenGroupSchema]),
        said: Type.Array(SaidSchema),
      }),
      { description: 'The latest engaged first, whether on a card or hidden.' },
    ),
    isTruncated: Type.Boolean(),
  },
  { description: 'Why a user sees what they see.' },
);
