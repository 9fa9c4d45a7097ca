import { Type, type Static } from 'typebox';
import { HelloDeviceSchema } from '../device.ts';
import { CursorSchema, TokenSchema } from '../fields.ts';

/** The first message of a socket: who it is, and what it has already. The token is never in the URL. */
export const HelloSchema = Type.Object(
  {
    type: Type.Literal('hello'),
    /** The version that the client speaks. A service that does not speak it says so and closes. */
    protocol: Type.Integer({ minimum: 1 }),
    token: TokenSchema,
    device: HelloDeviceSchema,
    cursor: Type.Optional(CursorSchema),
  },
  { additionalProperties: false },
);
export type Hello = Static<typeof HelloSchema>;
