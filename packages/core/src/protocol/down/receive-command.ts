import { Type, type Static } from 'typebox';
import { DeviceIdSchema } from '../../wire-op.ts';
import { CommandSchema } from '../command.ts';
import { RequestIdSchema } from '../fields.ts';

/** Another device asks for something; answer with a `commandResult` of this id within 5 s. [LIV7] */
export const ReceiveCommandSchema = Type.Object({
  type: Type.Literal('command'),
  id: RequestIdSchema,
  from: DeviceIdSchema,
  command: CommandSchema,
});
export type ReceiveCommand = Static<typeof ReceiveCommandSchema>;
