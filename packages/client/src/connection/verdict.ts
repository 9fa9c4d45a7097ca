import {
  CLOSE_BAD_MESSAGE,
  CLOSE_DEVICE_REPLACED,
  CLOSE_DEVICE_REVOKED,
  CLOSE_LIMIT_EXCEEDED,
  CLOSE_OVERLOADED,
  CLOSE_PROTOCOL_UNSUPPORTED,
  CLOSE_RATE_LIMITED,
  CLOSE_RESTART,
  CLOSE_USER_ERASED,
  reasonToRetryAfter,
} from '@cuepoint/core';

/** Why a connection stays down until the app acts. */
export type HaltCode =
  | 'signed_out'
  | 'token_unreadable'
  | 'device_revoked'
  | 'device_replaced'
  | 'protocol_unsupported'
  | 'user_erased';

/** What a client does after a close. `docs/protocol.md` has the table. */
export type Verdict =
  | {
      readonly kind: 'retry';
      /** Not before this, in ms; named by the service, or long after a fault of ours. */
      readonly notBeforeMs: number;
      /** False where the service has spread the delays already. [LIV5] */
      readonly isJittered: boolean;
    }
  | { readonly kind: 'halt'; readonly code: HaltCode };

const HALTS: Readonly<Partial<Record<number, HaltCode>>> = {
  [CLOSE_DEVICE_REVOKED]: 'device_revoked',
  [CLOSE_DEVICE_REPLACED]: 'device_replaced',
  [CLOSE_PROTOCOL_UNSUPPORTED]: 'protocol_unsupported',
  [CLOSE_USER_ERASED]: 'user_erased',
};
export const RETRY = { kind: 'retry', notBeforeMs: 0, isJittered: true } as const satisfies Verdict;
/** After a message of ours that the service could not read: it will most likely refuse the next, too. */
const AFTER_FAULT_MS = 60_000;
const AFTER_RATE_LIMIT_MS = 10_000;

export function verdictOf(code: number, reason: string): Verdict {
  const halt = HALTS[code];
  if (halt !== undefined) return { kind: 'halt', code: halt };
  const namedMs = reasonToRetryAfter(reason) ?? 0;
  switch (code) {
    case CLOSE_RESTART:
      return { kind: 'retry', notBeforeMs: namedMs, isJittered: namedMs === 0 };
    case CLOSE_OVERLOADED:
      return { ...RETRY, notBeforeMs: namedMs };
    case CLOSE_RATE_LIMITED:
      return { ...RETRY, notBeforeMs: namedMs || AFTER_RATE_LIMIT_MS };
    case CLOSE_BAD_MESSAGE:
    case CLOSE_LIMIT_EXCEEDED:
      return { ...RETRY, notBeforeMs: AFTER_FAULT_MS };
    default:
      return RETRY;
  }
}
