import { createRemoteJWKSet, errors, type JWTVerifyGetKey } from 'jose';

export interface KeySetOptions {
  /** Goes on whatever the wall clock is set to, in ms. */
  readonly monotonic: () => number;
  /** Told of every fetch that failed; what is served meanwhile is the last good set. */
  readonly onFailed: (error: unknown) => void;
}

/** There are no keys to look at. It says nothing of the token. */
export class KeySetUnavailable extends Error {}

const FETCH_TIMEOUT_MS = 5_000;
/** A set is fetched anew behind whoever asks, before its age is looked at. */
const REFRESH_AFTER_MS = 5 * 60_000;
/** From this age on it is waited for, but no longer than this, and only where the last fetch did not fail. */
const STALE_AFTER_MS = 10 * 60_000;
const STALE_WAIT_MS = 1_000;
/** A stream of unknown keys must not become a stream of fetches. */
const UNKNOWN_KEY_AFTER_MS = 30_000;
const BACK_OFF_FIRST_MS = 1_000;
const BACK_OFF_MAX_MS = 60_000;

/**
 * The keys of an identity provider: fetched when a token first needs one, and then behind those who ask.
 *
 * A set that is there is served until the next one is: while the provider is away, whoever it knew is let in, and
 * nobody waits for it. A key that it took back is good that long, too. [OPS1] [SEC1]
 *
 * @returns what `jwtVerify` takes. @throws KeySetUnavailable, and what `jose` says of a token's key.
 */
export function createKeySet(url: URL, { monotonic, onFailed }: KeySetOptions): JWTVerifyGetKey {
  // Of what it can do on its own only the fetch is used, with its time and its refusal of redirects.
  const remote = createRemoteJWKSet(url, {
    timeoutDuration: FETCH_TIMEOUT_MS,
    cacheMaxAge: Number.POSITIVE_INFINITY,
    cooldownDuration: Number.POSITIVE_INFINITY,
  });
  let fetchedAt = Number.NEGATIVE_INFINITY;
  let failures = 0;
  let nextFetchAt = Number.NEGATIVE_INFINITY;
  let fetching: Promise<void> | undefined;

  const age = (): number => monotonic() - fetchedAt;

  async function fetchKeys(): Promise<void> {
    try {
      await remote.reload();
      fetchedAt = monotonic();
      failures = 0;
    } catch (error) {
      nextFetchAt = monotonic() + Math.min(BACK_OFF_FIRST_MS * 2 ** failures, BACK_OFF_MAX_MS);
      failures += 1;
      onFailed(error);
      throw new KeySetUnavailable('the key set cannot be fetched', { cause: error });
    }
  }

  /** Joins the fetch under way, or begins one unless it is too early after one that failed. */
  function refresh(): Promise<void> {
    if (fetching === undefined && failures > 0 && monotonic() < nextFetchAt) return unavailable();
    fetching ??= fetchKeys().finally(() => {
      fetching = undefined;
    });
    // Whoever does not wait for it must not meet its failure either.
    fetching.catch(() => undefined);
    return fetching;
  }

  /** What the last fetch could not do, nobody waits for again. */
  function refreshUnlessFailing(): Promise<void> {
    const refreshing = refresh();
    refreshing.catch(() => undefined);
    return failures > 0 ? unavailable() : refreshing;
  }

  async function prepare(): Promise<void> {
    if (remote.jwks() === undefined) return refreshUnlessFailing();
    if (age() < REFRESH_AFTER_MS) return;
    const refreshing = refreshUnlessFailing().catch(() => undefined);
    if (age() < STALE_AFTER_MS) return;
    await withinTime(refreshing, STALE_WAIT_MS);
  }

  return async (header, token) => {
    await prepare();
    try {
      return await remote(header, token);
    } catch (error) {
      const mayBeNew = error instanceof errors.JWKSNoMatchingKey && age() >= UNKNOWN_KEY_AFTER_MS;
      if (!mayBeNew) throw error;
      await refreshUnlessFailing();
      return remote(header, token);
    }
  };
}

function unavailable(): Promise<never> {
  return Promise.reject(new KeySetUnavailable('the key set could not be fetched'));
}

async function withinTime(work: Promise<void>, ms: number): Promise<void> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const end = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([work, end]);
  clearTimeout(timer);
}
