import { Type, type Static } from 'typebox';
import { ERROR_CODES } from '../../errors.ts';
import { RequestIdSchema, ServerTimeSchema } from '../fields.ts';

/** With an id: that push or command failed as a whole. Without one: what is wrong with the session. */
export const ErrorSchema = Type.Object({
  type: Type.Literal('error'),
  code: Type.Enum([...ERROR_CODES]),
  /** For people who read logs. */
  message: Type.String(),
  id: Type.Optional(RequestIdSchema),
  field: Type.Optional(Type.String()),
  limit: Type.Optional(Type.Object({ name: Type.String(), value: Type.Integer() })),
  retryAfterMs: Type.Optional(Type.Integer()),
  serverTime: Type.Optional(ServerTimeSchema),
});
export type ErrorMessage = Static<typeof ErrorSchema>;
