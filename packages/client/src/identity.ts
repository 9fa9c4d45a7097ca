import { requireDeviceId } from '@cuepoint/core';
import type { ClientEnvironment } from './environment.ts';
import type { ClientStorage, StorageChange } from './storage/client-storage.ts';

const DEVICE_KEY = 'deviceId';
const LAST_KEY = 'lastNamespace';
const SUBJECT_PREFIX = 'subject/';

export interface IdentityOptions {
  readonly storage: ClientStorage;
  readonly environment: ClientEnvironment;
  /** The service's address; everything on this device is kept by it. [SDK9] */
  readonly service: string;
  readonly deviceId: string | undefined;
}

/** Who this device is to a service, and whose replica is whose. [SDK9] */
export class Identity {
  readonly #storage: ClientStorage;
  readonly #service: string;
  readonly #records: Map<string, unknown>;
  readonly deviceId: string;

  private constructor(options: IdentityOptions, records: Map<string, unknown>, deviceId: string) {
    this.#storage = options.storage;
    this.#service = options.service;
    this.#records = records;
    this.deviceId = deviceId;
  }

  /** Mints a device id where there is none: once for each installed app. */
  static async open(options: IdentityOptions): Promise<Identity> {
    const { storage, environment, service } = options;
    let records = new Map<string, unknown>();
    try {
      records = new Map(await storage.read(`${service}|device`));
    } catch {
      // A medium that fails is told of by the store; the device is a new one then.
    }
    const stored = records.get(DEVICE_KEY);
    const known = options.deviceId ?? (typeof stored === 'string' ? stored : undefined);
    const deviceId = known ?? environment.uuid();
    requireDeviceId(deviceId);
    const identity = new Identity(options, records, deviceId);
    if (stored !== deviceId) await identity.#write([[DEVICE_KEY, deviceId]]);
    return identity;
  }

  /** The prefix of all that is kept of this service. */
  get prefix(): string {
    return `${this.#service}|`;
  }

  /**
   * Where the state of a token's subject is kept. Before the first welcome nobody has said which user that is: what
   * is written until then waits under the subject. Without a subject (no token, no network) it is whoever used
   * the device last.
   */
  namespaceOf(subject: string | undefined): string {
    if (subject === undefined) {
      const last = this.#records.get(LAST_KEY);
      return typeof last === 'string' ? last : `${this.prefix}?`;
    }
    const userId = this.#records.get(SUBJECT_PREFIX + subject);
    return typeof userId === 'string'
      ? this.namespaceOfUser(userId)
      : `${this.prefix}s|${encodeURIComponent(subject)}`;
  }

  namespaceOfUser(userId: string): string {
    return `${this.prefix}u|${userId}`;
  }

  /** Whether nobody has said yet whose namespace this is. */
  isProvisional(namespace: string): boolean {
    return !namespace.startsWith(`${this.prefix}u|`);
  }

  /** The welcome named the user of a token. */
  async rememberUser(subject: string | undefined, userId: string): Promise<void> {
    const namespace = this.namespaceOfUser(userId);
    const changes: StorageChange[] = [];
    if (subject !== undefined && this.#records.get(SUBJECT_PREFIX + subject) !== userId) {
      changes.push([SUBJECT_PREFIX + subject, userId]);
    }
    if (this.#records.get(LAST_KEY) !== namespace) changes.push([LAST_KEY, namespace]);
    await this.#write(changes);
  }

  /** The user signed out: who comes next does not see their state. */
  forgetUser(): Promise<void> {
    return this.#write([[LAST_KEY, undefined]]);
  }

  /** The device was removed: it comes back under a new id. */
  forgetDevice(): Promise<void> {
    return this.#write([[DEVICE_KEY, undefined]]);
  }

  async #write(changes: readonly StorageChange[]): Promise<void> {
    for (const [key, value] of changes) {
      if (value === undefined) this.#records.delete(key);
      else this.#records.set(key, value);
    }
    if (changes.length === 0) return;
    await this.#storage.write(`${this.#service}|device`, changes).catch(() => undefined);
  }
}
