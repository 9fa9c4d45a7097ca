import { CuepointError } from '@cuepoint/core';
import { RATE_USERS_MAX, RATE_WINDOW_MS } from '../limits.ts';

export interface RateExcess {
  readonly error: CuepointError;
  /** It goes on although it was told. */
  readonly isFlood: boolean;
}

/** Counts what users send over their sockets. [SEC3] It outlives the sockets: who comes back is not new. */
export interface MessageRate {
  /** @returns what is wrong when the user sends too much. */
  count(userId: string): RateExcess | undefined;
}

/** A session that sends this many times the limit is not going to heed it. */
const FLOOD_FACTOR = 3;

export interface MessageRateOptions {
  /** Messages of one user in {@link RATE_WINDOW_MS}; 0 for no limit. */
  readonly messagesMax: number;
  /** The name of the limit. */
  readonly name: string;
  readonly now: () => number;
}

export function createMessageRate({ messagesMax, name, now }: MessageRateOptions): MessageRate {
  /** In the order in which their windows began. */
  const windows = new Map<string, { readonly startedAtMs: number; messages: number }>();

  function windowOf(userId: string, nowMs: number) {
    const known = windows.get(userId);
    const ageMs = known === undefined ? RATE_WINDOW_MS : nowMs - known.startedAtMs;
    if (known !== undefined && ageMs >= 0 && ageMs < RATE_WINDOW_MS) return known;
    const opened = { startedAtMs: nowMs, messages: 0 };
    windows.delete(userId);
    windows.set(userId, opened);
    const [oldest] = windows.keys();
    if (windows.size > RATE_USERS_MAX && oldest !== undefined) windows.delete(oldest);
    return opened;
  }

  return {
    count(userId) {
      if (messagesMax === 0) return undefined;
      const nowMs = now();
      const window = windowOf(userId, nowMs);
      window.messages += 1;
      if (window.messages <= messagesMax) return undefined;
      const error = new CuepointError(
        'rate_limited',
        `A user may send ${messagesMax} of these messages in 10 s.`,
        {
          limit: { name, value: messagesMax },
          retryAfterMs: window.startedAtMs + RATE_WINDOW_MS - nowMs,
        },
      );
      return { error, isFlood: window.messages > FLOOD_FACTOR * messagesMax };
    },
  };
}
