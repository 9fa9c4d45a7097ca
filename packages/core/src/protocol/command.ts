import { Type, type Static } from 'typebox';
import { ContentIdSchema, DeviceIdSchema, SecondsSchema } from '../wire-op.ts';
import { DeviceNameSchema } from './device.ts';

const closed = { additionalProperties: false } as const;

/** How a content starts that is handed to a device. */
const StartStateSchema = Type.Enum(['playing', 'paused']);

/** What one device may ask of another. [LIV7] */
export const CommandSchema = Type.Union([
  Type.Object({ action: Type.Literal('play') }, closed),
  Type.Object({ action: Type.Literal('pause') }, closed),
  Type.Object({ action: Type.Literal('stop') }, closed),
  Type.Object({ action: Type.Literal('seek'), positionSeconds: SecondsSchema }, closed),
  Type.Object(
    { action: Type.Literal('volume'), level: Type.Integer({ minimum: 0, maximum: 100 }) },
    closed,
  ),
  Type.Object({ action: Type.Literal('mute'), muted: Type.Boolean() }, closed),
  Type.Object(
    {
      action: Type.Literal('load'),
      contentId: ContentIdSchema,
      positionSeconds: Type.Optional(SecondsSchema),
      state: Type.Optional(StartStateSchema),
    },
    closed,
  ),
  Type.Object(
    {
      action: Type.Literal('cast'),
      contentId: ContentIdSchema,
      target: DeviceNameSchema,
      positionSeconds: Type.Optional(SecondsSchema),
    },
    closed,
  ),
  Type.Object(
    {
      action: Type.Literal('handoff'),
      contentId: ContentIdSchema,
      positionSeconds: SecondsSchema,
      state: StartStateSchema,
      from: Type.Optional(DeviceIdSchema),
    },
    {
      ...closed,
      description: 'The source, by default the sender, stops once the target confirms.',
    },
  ),
]);
export type Command = Static<typeof CommandSchema>;
export type HandOff = Extract<Command, { action: 'handoff' }>;

export const COMMAND_OUTCOMES = ['applied', 'refused', 'expired', 'unreachable'] as const;
/**
 * How a command ended: `applied`, `refused` by the device, `expired` without an answer in
 * {@link COMMAND_TIMEOUT_MS}, `unreachable` when no socket of the device is known. [LIV7]
 */
export type CommandOutcome = (typeof COMMAND_OUTCOMES)[number];
