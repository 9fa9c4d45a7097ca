import { Type, type Static } from 'typebox';
import { DevicePresenceSchema } from '../device.ts';

/** The user's devices: all of them after the welcome, later those whose state changed. [LIV6] */
export const PresenceSchema = Type.Object({
  type: Type.Literal('presence'),
  devices: Type.Array(DevicePresenceSchema),
});
export type Presence = Static<typeof PresenceSchema>;
