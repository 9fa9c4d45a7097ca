interface Failure {
  readonly error: unknown;
}

interface Mutation {
  readonly settled: Promise<Failure | undefined>;
  /** True once a `whenDurable()` waits for it and will report its failure. */
  isAwaited: boolean;
}

/**
 * Counts the mutations that are on their way to the store.
 *
 * The managers return their op before its outcome is known, so this is the only place where a failure
 * can surface: every `whenDurable()` that waited for the mutation reports it, or else the next one.
 */
export class DurabilityTracker {
  readonly #inFlight = new Set<Mutation>();
  #unreported: Failure | undefined;

  /** Starts `persist` at once. Its failure, a synchronous throw included, waits for `whenDurable()`. */
  track(persist: () => Promise<unknown>): void {
    const mutation: Mutation = {
      settled: settle(persist).then((failure) => {
        this.#inFlight.delete(mutation);
        if (!mutation.isAwaited) this.#unreported ??= failure;
        return failure;
      }),
      isAwaited: false,
    };
    this.#inFlight.add(mutation);
  }

  /** Number of mutations without an ack. */
  get pending(): number {
    return this.#inFlight.size;
  }

  /**
   * Resolves when every mutation made before the call is durable.
   *
   * @throws the first failure since the last call; the store does not hold that change.
   */
  async whenDurable(): Promise<void> {
    const unreported = this.#unreported;
    this.#unreported = undefined;
    const mutations = [...this.#inFlight];
    for (const mutation of mutations) mutation.isAwaited = true;
    const failures = await Promise.all(mutations.map(({ settled }) => settled));
    const failure = unreported ?? failures.find((found) => found !== undefined);
    if (failure !== undefined) throw failure.error;
  }
}

async function settle(persist: () => Promise<unknown>): Promise<Failure | undefined> {
  try {
    await persist();
    return undefined;
  } catch (error) {
    return { error };
  }
}
