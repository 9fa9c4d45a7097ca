import { Type, type Static } from 'typebox';
import { ReasonSchema, RequestIdSchema } from '../fields.ts';

/** What a device did about the command that it got under this id. [LIV7] */
export const ReportCommandSchema = Type.Object(
  {
    type: Type.Literal('commandResult'),
    id: RequestIdSchema,
    outcome: Type.Enum(['applied', 'refused']),
    reason: Type.Optional(ReasonSchema),
  },
  { additionalProperties: false },
);
export type ReportCommand = Static<typeof ReportCommandSchema>;
