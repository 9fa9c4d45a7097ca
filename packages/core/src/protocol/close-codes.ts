/** Those that clients tell apart, by themselves: a bundle has them as numbers, and not the whole table. */
export const CLOSE_RESTART = 1012;
export const CLOSE_BAD_MESSAGE = 4400;
export const CLOSE_DEVICE_REVOKED = 4403;
export const CLOSE_PROTOCOL_UNSUPPORTED = 4406;
export const CLOSE_DEVICE_REPLACED = 4409;
export const CLOSE_USER_ERASED = 4410;
export const CLOSE_LIMIT_EXCEEDED = 4413;
export const CLOSE_RATE_LIMITED = 4429;
export const CLOSE_OVERLOADED = 4503;

/**
 * Why the service closes a socket. Codes are stable; `docs/protocol.md` says what a client does about each.
 *
 * Where waiting helps, the reason text is `retryAfterMs=<n>`.
 */
export const CLOSE_CODES = {
  /** The client leaves: its device is offline at once. */
  leave: 1000,
  /** The service restarts: come back after the delay in the reason. [LIV5] */
  restart: CLOSE_RESTART,
  badMessage: CLOSE_BAD_MESSAGE,
  /** The token was refused, or has expired. [SEC1] */
  unauthenticated: 4401,
  deviceRevoked: CLOSE_DEVICE_REVOKED,
  protocolUnsupported: CLOSE_PROTOCOL_UNSUPPORTED,
  /** No hello in time, or silent for so long that the device counts as offline. [LIV6] */
  timeout: 4408,
  /** A newer socket of the same device took over. */
  deviceReplaced: CLOSE_DEVICE_REPLACED,
  userErased: CLOSE_USER_ERASED,
  limitExceeded: CLOSE_LIMIT_EXCEEDED,
  rateLimited: CLOSE_RATE_LIMITED,
  internal: 4500,
  overloaded: CLOSE_OVERLOADED,
} as const;

export type CloseCode = (typeof CLOSE_CODES)[keyof typeof CLOSE_CODES];

/** 11 days: nobody waits longer, and its digits are few. */
const RETRY_AFTER_MAX_MS = 999_999_999;

/** Text that carries a delay in a close frame; it stays far below the 123 bytes that a frame has room for. */
export function retryAfterToReason(retryAfterMs: number): string {
  const delayMs = Math.min(Math.max(Math.ceil(retryAfterMs) || 0, 0), RETRY_AFTER_MAX_MS);
  return `retryAfterMs=${delayMs}`;
}

/** The delay that a close frame asks for, in ms; `undefined` when it names none. */
export function reasonToRetryAfter(reason: string): number | undefined {
  const digits = /^retryAfterMs=(\d{1,9})$/.exec(reason)?.[1];
  return digits === undefined ? undefined : Number(digits);
}
