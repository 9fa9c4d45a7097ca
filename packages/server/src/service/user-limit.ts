/** Runs little at one time, and lets users take turns: whoever asks for much waits for themselves. [GC9] */
export interface UserLimit {
  /** @throws what `work` throws. */
  run<Answer>(this: void, userId: string, work: () => Promise<Answer>): Promise<Answer>;
  /** What waits for its turn. */
  readonly waiting: number;
}

export interface UserLimitOptions {
  readonly atOnceMax: number;
  /** Of them of one user; default half, rounded up. */
  readonly perUserMax?: number;
}

interface UserTurns {
  running: number;
  readonly waiting: (() => void)[];
}

/** What comes in has to be bounded for each user by whoever calls: by their sockets or their rate. */
export function createUserLimit({
  atOnceMax,
  perUserMax = Math.ceil(atOnceMax / 2),
}: UserLimitOptions): UserLimit {
  /** Users who run or wait for something, in the order of their turns. */
  const users = new Map<string, UserTurns>();
  let running = 0;
  let waiting = 0;

  function begin(userId: string, user: UserTurns, go: () => void): void {
    running += 1;
    user.running += 1;
    // To the end of the turns.
    users.delete(userId);
    users.set(userId, user);
    go();
  }

  function end(userId: string, user: UserTurns): void {
    running -= 1;
    user.running -= 1;
    if (user.running === 0 && user.waiting.length === 0) users.delete(userId);
    if (waiting === 0) return;
    for (const [nextId, next] of users) {
      if (next.running >= perUserMax) continue;
      const go = next.waiting.shift();
      if (go === undefined) continue;
      waiting -= 1;
      begin(nextId, next, go);
      return;
    }
  }

  return {
    get waiting() {
      return waiting;
    },
    async run(userId, work) {
      const user = users.get(userId) ?? { running: 0, waiting: [] };
      if (running < atOnceMax && user.running < perUserMax && user.waiting.length === 0) {
        begin(userId, user, () => undefined);
      } else {
        users.set(userId, user);
        waiting += 1;
        await new Promise<void>((resolve) => {
          user.waiting.push(() => resolve());
        });
      }
      try {
        return await work();
      } finally {
        end(userId, user);
      }
    },
  };
}
