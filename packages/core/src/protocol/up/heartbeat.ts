import { Type, type Static } from 'typebox';

/** The device is still there. [LIV6] */
export const HeartbeatSchema = Type.Object(
  { type: Type.Literal('heartbeat') },
  { additionalProperties: false },
);
export type Heartbeat = Static<typeof HeartbeatSchema>;
