import { Type, type Static } from 'typebox';
import { DeviceIdSchema } from '../../wire-op.ts';
import { CommandSchema } from '../command.ts';
import { RequestIdSchema } from '../fields.ts';

/** Asks something of another device of the user. It ends in one `commandResult`. [LIV7] */
export const SendCommandSchema = Type.Object(
  {
    type: Type.Literal('command'),
    id: RequestIdSchema,
    to: DeviceIdSchema,
    command: CommandSchema,
  },
  { additionalProperties: false },
);
export type SendCommand = Static<typeof SendCommandSchema>;
