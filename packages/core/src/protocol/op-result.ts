import { Type, type Static } from 'typebox';
import { ERROR_CODES } from '../errors.ts';
import { WireOpSchema } from '../wire-op.ts';

/** An op's result as it travels. */
export const OpResultSchema = Type.Object(
  {
    result: Type.Enum(['applied', 'duplicate', 'superseded', 'rejected']),
    code: Type.Optional(Type.Enum([...ERROR_CODES], { description: 'With rejected: why.' })),
    field: Type.Optional(Type.String()),
    winner: Type.Optional(WireOpSchema),
  },
  { description: 'What became of one op. rejected: it is not stored and never will be.' },
);
export type WireOpResult = Static<typeof OpResultSchema>;
