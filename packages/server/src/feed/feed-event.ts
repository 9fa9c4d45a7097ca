import {
  COMMAND_OUTCOMES,
  CommandSchema,
  DeviceIdSchema,
  DevicePresenceSchema,
  WireOpSchema,
} from '@cuepoint/core';
import { Type, type Static } from 'typebox';

const IdSchema = Type.String({ minLength: 1, maxLength: 255 });

/**
 * What instances tell each other of one user. Only ever a hint: what is lost is healed by a pull. [LIV2]
 *
 * `changes` carry committed ops, with their devices. Several `changes` in a row may arrive as one. What is dropped of
 * `session` and of the commands leaves nothing behind: an older socket goes on, a command expires.
 *
 * `revoked` and `erased` say what to ask the database: nothing is ended on their word. [SEC5]
 */
export const FeedEventSchema = Type.Union([
  Type.Object({ kind: Type.Literal('changes'), ops: Type.Array(WireOpSchema) }),
  /**
   * Read anew what the database knows of the user, which is changes since the cursor, devices and their presence,
   * revocation and erasure: these were changed, or something was too large to send, or was dropped.
   */
  Type.Object({ kind: Type.Literal('pull') }),
  Type.Object({ kind: Type.Literal('presence'), devices: Type.Array(DevicePresenceSchema) }),
  /** A device opened a session here: an older one of the same device elsewhere gives way. */
  Type.Object({
    kind: Type.Literal('session'),
    deviceId: DeviceIdSchema,
    sessionId: IdSchema,
    /** By the database's wall clock, in ms since the epoch. */
    joinedAtMs: Type.Number(),
    /** How long it was open when this was sent, by a monotonic clock, in ms. */
    openForMs: Type.Number({ minimum: 0 }),
  }),
  Type.Object({ kind: Type.Literal('revoked'), deviceId: DeviceIdSchema }),
  Type.Object({ kind: Type.Literal('erased') }),
  Type.Object({
    kind: Type.Literal('command'),
    commandId: IdSchema,
    /** Of the device that asks. */
    from: DeviceIdSchema,
    /** The device that is asked. */
    to: DeviceIdSchema,
    command: CommandSchema,
  }),
  /** The instance that holds the device's session has passed the command on. */
  Type.Object({ kind: Type.Literal('commandTaken'), commandId: IdSchema }),
  Type.Object({
    kind: Type.Literal('commandResult'),
    commandId: IdSchema,
    outcome: Type.Enum([...COMMAND_OUTCOMES]),
    reason: Type.Optional(Type.String()),
  }),
]);
export type FeedEvent = Static<typeof FeedEventSchema>;
