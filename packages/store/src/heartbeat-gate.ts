/**
 * Remembers which devices' heartbeats were stored just now, so that most heartbeats cost no write. [GC8]
 *
 * It holds the devices of one interval and forgets them as it goes: nothing stays of an idle user.
 */
export class HeartbeatGate {
  readonly #intervalMs: number;
  /** In the order of their last write. */
  readonly #persistedAtMs = new Map<string, number>();

  constructor(intervalMs: number) {
    this.#intervalMs = intervalMs;
  }

  get size(): number {
    return this.#persistedAtMs.size;
  }

  isDue(userId: string, deviceId: string, atMs: number): boolean {
    const last = this.#persistedAtMs.get(keyOf(userId, deviceId));
    return last === undefined || atMs - last >= this.#intervalMs || atMs < last;
  }

  persisted(userId: string, deviceId: string, atMs: number): void {
    const key = keyOf(userId, deviceId);
    this.#persistedAtMs.delete(key);
    this.#persistedAtMs.set(key, atMs);
    for (const [oldest, oldestAtMs] of this.#persistedAtMs) {
      if (atMs - oldestAtMs < this.#intervalMs) break;
      this.#persistedAtMs.delete(oldest);
    }
  }

  /** The device's row changed in another way: its next heartbeat is written. */
  forget(userId: string, deviceId: string): void {
    this.#persistedAtMs.delete(keyOf(userId, deviceId));
  }
}

function keyOf(userId: string, deviceId: string): string {
  return `${userId} ${deviceId}`;
}
