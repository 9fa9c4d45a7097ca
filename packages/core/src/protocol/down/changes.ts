import { Type, type Static } from 'typebox';
import { WireOpSchema } from '../../wire-op.ts';

/**
 * Committed ops of the user's other sessions, or a page of a pull.
 *
 * Without `more` they are live: a hint that came at once, with no cursor. [LIV2] A pull's pages carry
 * `resync` and `more` as the welcome does, and a cursor on the last.
 */
export const ChangesSchema = Type.Object({
  type: Type.Literal('changes'),
  ops: Type.Array(WireOpSchema),
  resync: Type.Optional(Type.Boolean()),
  restored: Type.Optional(Type.Literal(true)),
  more: Type.Optional(Type.Boolean()),
  cursor: Type.Optional(Type.String()),
});
export type Changes = Static<typeof ChangesSchema>;
