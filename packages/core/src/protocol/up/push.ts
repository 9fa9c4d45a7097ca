import { Type, type Static } from 'typebox';
import { RequestIdSchema } from '../fields.ts';
import { OPS_PER_PUSH_MAX } from '../limits.ts';

/** Ops to be stored. Each is checked by itself: a bad one is rejected in its place and blocks no other. */
export const PushSchema = Type.Object(
  {
    type: Type.Literal('push'),
    id: RequestIdSchema,
    ops: Type.Array(Type.Unknown(), { maxItems: OPS_PER_PUSH_MAX }),
  },
  { additionalProperties: false },
);
export type Push = Static<typeof PushSchema>;
