/**
 * Why the service closes a socket. Codes are stable; `docs/protocol.md` says what a client does about each.
 *
 * Where waiting helps, the reason text is `retryAfterMs=<n>`.
 */
export const CLOSE_CODES = {
  /** The client leaves: its device is offline at once. */
  leave: 1000,
  /** The service restarts: come back after the delay in the reason. [LIV5] */
  restart: 1012,
  badMessage: 4400,
  /** The token was refused, or has expired. [SEC1] */
  unauthenticated: 4401,
  deviceRevoked: 4403,
  protocolUnsupported: 4406,
  /** No hello in time, or silent for so long that the device counts as offline. [LIV6] */
  timeout: 4408,
  /** A newer socket of the same device took over. */
  deviceReplaced: 4409,
  userErased: 4410,
  limitExceeded: 4413,
  rateLimited: 4429,
  internal: 4500,
  overloaded: 4503,
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
