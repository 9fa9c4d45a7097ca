import { Type, type Static } from 'typebox';
import { WireOpSchema } from '../../wire-op.ts';
import { ServerTimeSchema } from '../fields.ts';

/**
 * The answer to `hello`: the first page of the changes since the cursor, or of the whole state.
 *
 * `resync`: what follows up to `more: false` is the whole state, tombstones included. The cursor comes with
 * the last page and is of the first page's snapshot. [CUR1] [CUR2]
 *
 * `restored`, on its first page: the database may have lost what it had acknowledged. What this device knows and the
 * whole state lacks is pushed again, under its stamps. [CUR6]
 */
export const WelcomeSchema = Type.Object({
  type: Type.Literal('welcome'),
  protocol: Type.Integer(),
  userId: Type.String(),
  serverTime: ServerTimeSchema,
  changes: Type.Array(WireOpSchema),
  resync: Type.Boolean(),
  restored: Type.Optional(Type.Literal(true)),
  more: Type.Boolean(),
  cursor: Type.Optional(Type.String()),
});
export type Welcome = Static<typeof WelcomeSchema>;
