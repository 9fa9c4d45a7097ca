import { randomUUID } from 'node:crypto';
import { mintToken } from '@cuepoint/server';
import type { CheckedHousehold } from '../crash/check-round.ts';
import { describeUnsettled, subscribeAll } from '../crash/device-group.ts';
import type { Ledger } from '../crash/ledger.ts';
import { until } from '../crash/until.ts';
import { SoakDevice } from './soak-device.ts';

export interface CrowdOptions {
  readonly url: string;
  readonly secret: string;
  readonly ledger: Ledger;
  readonly users: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onAnswered: (waitedMs: number) => void;
}

export interface CrowdUser {
  readonly userId: string;
  readonly token: string;
  readonly devices: readonly SoakDevice[];
}

const DEVICES_PER_USER = 2;
const TOKEN_TTL_SECONDS = 24 * 60 * 60;
const ONLINE_TIMEOUT_MS = 60_000;
const TICK_MS = 10;
/** What a tick that came late makes up for: else a pause of this process would be a burst for the service. */
const CATCH_UP_MAX_MS = 100;

/** Users with two devices each, which write at a rate. */
export class Crowd implements CheckedHousehold, AsyncDisposable {
  readonly users: readonly CrowdUser[];
  readonly devices: readonly SoakDevice[];
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;

  private constructor(users: readonly CrowdUser[]) {
    this.users = users;
    // One device of each user after the other, not one user after the other.
    this.devices = Array.from({ length: DEVICES_PER_USER }, (_, index) =>
      users.flatMap(({ devices }) => devices[index] ?? []),
    ).flat();
  }

  /** Resolves once all of them are connected. */
  static async open(options: CrowdOptions): Promise<Crowd> {
    const users: CrowdUser[] = [];
    for (let count = 0; count < options.users; count += 1) users.push(await openUser(options));
    const crowd = new Crowd(users);
    await until({
      isTrue: () => crowd.devices.every((device) => device.isSettled),
      subscribe: (look) => crowd.subscribe(look),
      timeoutMs: ONLINE_TIMEOUT_MS,
      what: () => `connected: ${crowd.describe()}`,
    });
    return crowd;
  }

  /** An open loop: changes are due by the clock, whatever became of those before. */
  startLoad(changesPerSecond: number): void {
    clearInterval(this.#timer);
    let lastMs = performance.now();
    let due = 0;
    this.#timer = setInterval(() => {
      const nowMs = performance.now();
      due += (Math.min(nowMs - lastMs, CATCH_UP_MAX_MS) / 1_000) * changesPerSecond;
      lastMs = nowMs;
      for (; due >= 1; due -= 1) {
        this.devices[this.#turn]?.act();
        this.#turn = (this.#turn + 1) % this.devices.length;
      }
    }, TICK_MS);
  }

  endLoad(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    return Promise.resolve();
  }

  /** Changes without an answer. */
  get pending(): number {
    return this.devices.reduce((sum, { pending }) => sum + pending, 0);
  }

  get trouble(): string | undefined {
    for (const { userId, devices } of this.users) {
      for (const { deviceId, trouble } of devices) {
        if (trouble !== undefined) return `${userId} ${deviceId}: ${trouble}`;
      }
    }
    return undefined;
  }

  describe(): string {
    return describeUnsettled(this.devices);
  }

  subscribe(listener: () => void): () => void {
    return subscribeAll(this.devices, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.endLoad();
    await Promise.all(this.devices.map((device) => device.close()));
  }
}

async function openUser({ secret, users: _users, ...options }: CrowdOptions): Promise<CrowdUser> {
  const userId = randomUUID();
  const token = await mintToken(
    new TextEncoder().encode(secret),
    { userId, ttlSeconds: TOKEN_TTL_SECONDS },
    Date.now(),
  );
  const devices = await Promise.all(
    Array.from({ length: DEVICES_PER_USER }, (_, index) =>
      SoakDevice.open({ ...options, userId, token, deviceId: `device-${index + 1}` }),
    ),
  );
  return { userId, token, devices };
}
