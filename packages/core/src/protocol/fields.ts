import { Type } from 'typebox';
import { TIMESTAMP_PATTERN } from '../timestamp.ts';
import { CURSOR_LENGTH_MAX, REASON_LENGTH_MAX, TOKEN_LENGTH_MAX } from './limits.ts';

/** Chosen by whoever asks, to tell the answer by; unique among its own open requests. */
export const RequestIdSchema = Type.String({
  pattern: '^[A-Za-z0-9._:-]{1,64}$',
  description: '1 to 64 of A-Z a-z 0-9 . _ : -',
});
export const TokenSchema = Type.String({ minLength: 1, maxLength: TOKEN_LENGTH_MAX });
export const CursorSchema = Type.String({ minLength: 1, maxLength: CURSOR_LENGTH_MAX });
/** For programs and logs, not for people: `not_playing`, say. */
export const ReasonSchema = Type.String({
  pattern: `^[^\\p{Cc}\\p{Cs}]{1,${REASON_LENGTH_MAX}}$`,
  description: `1 to ${REASON_LENGTH_MAX} code points, no control characters.`,
});
/** ms since the epoch, by the service's wall clock. */
export const ServerTimeSchema = Type.Integer();
/** Of a user: what was collected or erased of them ends here, and a write past it is not `stale_op`. [CUR4] */
export const FloorSchema = Type.String({
  pattern: TIMESTAMP_PATTERN,
  description: 'With stale_op: a timestamp past this one is not stale.',
});
