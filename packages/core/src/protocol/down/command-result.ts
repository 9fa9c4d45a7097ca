import { Type, type Static } from 'typebox';
import { COMMAND_OUTCOMES } from '../command.ts';
import { RequestIdSchema } from '../fields.ts';

/** How a command that this socket sent has ended. [LIV7] */
export const CommandResultSchema = Type.Object({
  type: Type.Literal('commandResult'),
  id: RequestIdSchema,
  outcome: Type.Enum([...COMMAND_OUTCOMES]),
  reason: Type.Optional(Type.String()),
  /** Of a hand-off that was applied: how the source took its stop. */
  sourceOutcome: Type.Optional(Type.Enum([...COMMAND_OUTCOMES])),
});
export type CommandResult = Static<typeof CommandResultSchema>;
