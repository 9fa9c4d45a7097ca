import { randomUUID } from 'node:crypto';
import { mintToken } from '@cuepoint/server';
import { CrashDevice } from './crash-device.ts';
import { HttpWriter } from './http-writer.ts';
import { describeUnsettled, subscribeAll } from './device-group.ts';
import type { Ledger } from './ledger.ts';
import { until } from './until.ts';

export interface HouseholdOptions {
  /** Addresses of the instances as clients reach them; the devices spread over them. */
  readonly urls: readonly string[];
  readonly secret: string;
  readonly ledger: Ledger;
  readonly random: () => number;
}

export interface User {
  readonly userId: string;
  readonly token: string;
  readonly devices: readonly CrashDevice[];
  readonly writer: HttpWriter;
}

const USERS = 3;
const DEVICES_PER_USER = 3;
/** Changes in a second of each device. */
const RATE = 15;
const TOKEN_TTL_SECONDS = 24 * 60 * 60;
const ONLINE_TIMEOUT_MS = 60_000;

/** Some users, each with devices of the SDK and a program that writes over HTTP. */
export class Household implements AsyncDisposable {
  readonly users: readonly User[];
  readonly devices: readonly CrashDevice[];
  #timer: NodeJS.Timeout | undefined;
  #turn = 0;

  private constructor(users: readonly User[]) {
    this.users = users;
    this.devices = users.flatMap(({ devices }) => devices);
  }

  /** Resolves once all of them are connected. */
  static async open(options: HouseholdOptions): Promise<Household> {
    const users = await Promise.all(Array.from({ length: USERS }, () => openUser(options)));
    const household = new Household(users);
    await until({
      isTrue: () => household.devices.every((device) => device.isSettled),
      subscribe: (look) => household.subscribe(look),
      timeoutMs: ONLINE_TIMEOUT_MS,
      what: () => `connected: ${household.describe()}`,
    });
    return household;
  }

  /** Device after device does something. */
  startLoad(): void {
    this.#timer ??= setInterval(
      () => {
        this.devices[this.#turn]?.act();
        this.#turn = (this.#turn + 1) % this.devices.length;
      },
      1_000 / (RATE * this.devices.length),
    );
    for (const { writer } of this.users) writer.start();
  }

  /** Nothing new is written; resolves once the HTTP writers have their last answer. */
  async endLoad(): Promise<void> {
    clearInterval(this.#timer);
    this.#timer = undefined;
    await Promise.all(this.users.map(({ writer }) => writer.finish()));
  }

  get trouble(): string | undefined {
    for (const { userId, devices, writer } of this.users) {
      for (const { deviceId, trouble } of devices) {
        if (trouble !== undefined) return `${userId} ${deviceId}: ${trouble}`;
      }
      if (writer.trouble !== undefined) return `${userId} over HTTP: ${writer.trouble}`;
    }
    return undefined;
  }

  /** The devices that have not settled. */
  describe(): string {
    return describeUnsettled(this.devices);
  }

  /** Calls after each change of any device. @returns what ends it. */
  subscribe(listener: () => void): () => void {
    return subscribeAll(this.devices, listener);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await Promise.all(this.users.map(({ writer }) => writer.close()));
    await Promise.all(this.devices.map((device) => device.close()));
  }
}

async function openUser({ urls, secret, ledger, random }: HouseholdOptions): Promise<User> {
  const userId = randomUUID();
  const token = await mintToken(
    new TextEncoder().encode(secret),
    { userId, ttlSeconds: TOKEN_TTL_SECONDS },
    Date.now(),
  );
  const urlOf = (index: number) => urls[index % urls.length] ?? '';
  const devices = await Promise.all(
    Array.from({ length: DEVICES_PER_USER }, (_, index) =>
      CrashDevice.open({
        url: urlOf(index),
        userId,
        token,
        deviceId: `device-${index + 1}`,
        ledger,
        random,
      }),
    ),
  );
  const writer = new HttpWriter({
    url: urlOf(0),
    userId,
    token,
    deviceId: 'script',
    ledger,
    random,
  });
  return { userId, token, devices, writer };
}
