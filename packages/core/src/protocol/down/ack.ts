import { Type, type Static } from 'typebox';
import { OpResultSchema } from '../op-result.ts';
import { FloorSchema, RequestIdSchema, ServerTimeSchema } from '../fields.ts';

/** Every op of the push is settled, and what is `applied` is durable. [LIV1] */
export const AckSchema = Type.Object({
  type: Type.Literal('ack'),
  id: RequestIdSchema,
  /** In the order of the ops. */
  results: Type.Array(OpResultSchema),
  /** When an op was `clock_ahead` or `stale_op`: what the service's clock says. [HLC4] */
  serverTime: Type.Optional(ServerTimeSchema),
  floor: Type.Optional(FloorSchema),
});
export type Ack = Static<typeof AckSchema>;
