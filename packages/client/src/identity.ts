import { requireDeviceId } from '@cuepoint/core';
import type { ClientEnvironment } from './environment.ts';
import { inTime } from './in-time.ts';
import type { Place } from './place.ts';
import type { ClientStorage, StorageChange } from './storage/client-storage.ts';
import { escapeSeparator } from './storage/escape-separator.ts';
import { putChanges } from './storage/put-changes.ts';
import { inTurnOfTabs, type TabGroup } from './tabs/tab-group.ts';

/** Of the 2 s in which a state opens whatever the storage does. [ENG8] */
const IDENTITY_TIMEOUT_MS = 1_600;
const DEVICE_KEY = 'deviceId';
/** Of a device that shared that id with a copy of itself: what it is called since. [ENG3] */
const PARTED_KEY = 'parted';
/** Which run connected last. */
const RUN_KEY = 'run';
const LAST_KEY = 'lastNamespace';
const SUBJECT_PREFIX = 'subject/';
/** Of everybody whose state is kept here. */
const USER_PREFIX = 'user/';
/** Somebody's state was deleted on purpose: a user who is not named here was. */
const WIPED_KEY = 'wiped';

export interface IdentityOptions {
  readonly storage: ClientStorage;
  readonly environment: ClientEnvironment;
  readonly group: TabGroup;
  /** The service's address; everything on this device is kept by it. [SDK9] */
  readonly service: string;
  readonly deviceId: string | undefined;
}

/** Who this device is to a service, and whose replica is whose. [SDK9] */
export class Identity {
  readonly #storage: ClientStorage;
  readonly #service: string;
  readonly #uuid: () => string;
  /** The app chose its id. */
  readonly #isGiven: boolean;
  #records: ReadonlyMap<string, unknown> = new Map();
  #firstId = '';
  #partedId: string | undefined;
  #run: string | undefined;

  private constructor({ storage, service, deviceId, environment }: IdentityOptions) {
    this.#storage = storage;
    this.#uuid = environment.uuid;
    this.#isGiven = deviceId !== undefined;
    // All of it is in memory. [ENG7]
    storage.onGone?.(() => void this.#write([...this.#records]));
    this.#service = service;
  }

  /**
   * Mints a device id where there is none: once for each installed app, however many tabs start it.
   *
   * @throws CuepointError `invalid_device_id`
   */
  static async open(options: IdentityOptions): Promise<Identity> {
    const { deviceId, environment } = options;
    if (deviceId !== undefined) requireDeviceId(deviceId);
    const identity = new Identity(options);
    await inTime(identity.#find(options), IDENTITY_TIMEOUT_MS, environment);
    // What a medium that hangs would have said comes too late: an id for this run.
    if (identity.#firstId === '') identity.#firstId = environment.uuid();
    return identity;
  }

  async #find({ deviceId, environment, group, service }: IdentityOptions): Promise<void> {
    const isRead = await this.refresh();
    const known = deviceId ?? this.#storedDeviceId();
    if (known !== undefined) {
      this.#firstId ||= known;
      this.#followParted();
      return;
    }
    await inTurnOfTabs(group, `${service}|device`, async () => {
      await this.refresh();
      const stored = this.#storedDeviceId();
      if (this.#firstId !== '') return;
      this.#firstId = stored ?? environment.uuid();
      // One that could not be read is not written over.
      if (stored === undefined && isRead) await this.#write([[DEVICE_KEY, this.#firstId]]);
    });
  }

  /** It changes where the device parts with a copy of itself. [ENG3] */
  get deviceId(): string {
    return this.#partedId ?? this.#firstId;
  }

  /** The same in all tabs that share this storage, whatever the device is called since. */
  get installationId(): string {
    return this.#firstId;
  }

  /** Before each hello: whoever uses this storage reads which run was the last. @returns whether the id is another now. */
  async claim(): Promise<boolean> {
    if (this.#isGiven) return false;
    const isOther = await this.follow();
    this.#run ??= this.#uuid();
    if (this.#records.get(RUN_KEY) !== this.#run) await this.#write([[RUN_KEY, this.#run]]);
    return isOther;
  }

  /**
   * Another connection has this id. Where it was made over this very storage this run is not the last one that connected,
   * and nothing has to change; else it is a copy of this installation, and one of the two needs an id of its own. [ENG3]
   *
   * @returns whether this device has a new one. An id of the app is the app's to change: its runs are not noted.
   */
  async part(): Promise<boolean> {
    if (this.#run === undefined || !(await this.refresh())) return false;
    if (this.#records.get(RUN_KEY) !== this.#run) return false;
    this.#partedId = this.#uuid();
    await this.#write([[PARTED_KEY, this.#partedId]]);
    return true;
  }

  /** @returns whether another tab has given this device a new id. */
  async follow(): Promise<boolean> {
    await this.refresh();
    return this.#followParted();
  }

  #followParted(): boolean {
    const parted = this.#records.get(PARTED_KEY);
    // An id of this run alone has no part in what is stored.
    if (this.#isGiven || this.#storedDeviceId() !== this.#firstId) return false;
    if (typeof parted !== 'string' || parted === this.#partedId) return false;
    this.#partedId = parted;
    return true;
  }

  /** The prefix of all that is kept of this service. */
  get prefix(): string {
    return `${this.#service}|`;
  }

  /** Reads what other tabs have written since. @returns false where the medium cannot be read. */
  async refresh(): Promise<boolean> {
    try {
      this.#records = new Map(await this.#storage.read(`${this.prefix}device|`));
      return true;
    } catch {
      // A medium that fails is told of by the store.
      return false;
    }
  }

  /**
   * Where the state of a token's subject is kept. Before the first welcome nobody has said which user that is: what
   * is written until then waits under the subject.
   */
  placeOf(subject: string): Place {
    const userId = this.#records.get(SUBJECT_PREFIX + subject);
    return typeof userId === 'string'
      ? this.placeOfUser(userId)
      : this.placeAt(this.#subjectNamespace(subject));
  }

  /**
   * Where it is kept while not even a subject is known. [ENG6]
   *
   * @param showsLast where no token is to be had: under it shows the state of whoever used the device last.
   */
  placeOfNobody({ showsLast }: { readonly showsLast: boolean }): Place {
    const last = showsLast ? this.#records.get(LAST_KEY) : undefined;
    return {
      namespace: `${this.prefix}?|`,
      userId: undefined,
      isNobodys: true,
      below: typeof last === 'string' ? this.placeAt(last) : undefined,
    };
  }

  placeOfUser(userId: string): Place {
    return this.placeAt(this.#userPrefix + userId + '|');
  }

  /** Of a subject or a user. Namespaces end with the separator: none begins with that of another user. */
  placeAt(namespace: string): Place {
    const isUsers = namespace.startsWith(this.#userPrefix);
    const userId = isUsers ? namespace.slice(this.#userPrefix.length, -1) : undefined;
    return { namespace, userId, isNobodys: false, below: undefined };
  }

  /** The welcome named the user of a token. */
  async rememberUser(subject: string | undefined, userId: string): Promise<void> {
    const { namespace } = this.placeOfUser(userId);
    const changes: StorageChange[] = [];
    if (!this.#records.has(USER_PREFIX + userId)) changes.push([USER_PREFIX + userId, true]);
    if (subject !== undefined && this.#records.get(SUBJECT_PREFIX + subject) !== userId) {
      changes.push([SUBJECT_PREFIX + subject, userId]);
    }
    if (this.#records.get(LAST_KEY) !== namespace) changes.push([LAST_KEY, namespace]);
    await this.#write(changes);
  }

  /** The user signed out: who comes next does not see their state. */
  async forgetUser({ namespace, below }: Place): Promise<void> {
    const last = this.#records.get(LAST_KEY);
    if (last === namespace || last === below?.namespace) await this.#write([[LAST_KEY, undefined]]);
  }

  /** Before the state of a user is deleted: another tab that goes on with it sees that. @returns where it is kept. */
  async wipeUser({ namespace, userId }: Place): Promise<string[]> {
    if (userId === undefined) return [namespace];
    const changes: StorageChange[] = [[WIPED_KEY, true]];
    const namespaces = [namespace];
    for (const [key, value] of this.#records) {
      if (!key.startsWith(SUBJECT_PREFIX) || value !== userId) continue;
      changes.push([key, undefined]);
      namespaces.push(this.#subjectNamespace(key.slice(SUBJECT_PREFIX.length)));
    }
    await this.#write([...changes, [USER_PREFIX + userId, undefined]]);
    return namespaces;
  }

  /** Deletes everything of the service, and leaves a sign of it for tabs that go on. @throws what the storage does */
  async wipeDevice(): Promise<void> {
    await this.#storage.clear(this.prefix);
    this.#records = new Map();
    await this.#write([[WIPED_KEY, true]]);
  }

  /** Whether another tab deleted a user's state, as far as the last `refresh` knows. */
  wasWiped({ userId }: Place): boolean {
    return (
      userId !== undefined &&
      this.#records.has(WIPED_KEY) &&
      !this.#records.has(USER_PREFIX + userId)
    );
  }

  /** Everybody whose state is kept here, by user id; and what nobody has been named for. */
  places(): Place[] {
    const users = new Set<string>();
    for (const [key, value] of this.#records) {
      if (key.startsWith(USER_PREFIX)) users.add(key.slice(USER_PREFIX.length));
      else if (key.startsWith(SUBJECT_PREFIX)) users.add(String(value));
    }
    const nobody = this.placeOfNobody({ showsLast: false });
    return [...Array.from(users, (userId) => this.placeOfUser(userId)), nobody];
  }

  /** The device was removed: it comes back under a new id. */
  forgetDevice(): Promise<void> {
    return this.#write([
      [DEVICE_KEY, undefined],
      [PARTED_KEY, undefined],
    ]);
  }

  #subjectNamespace(subject: string): string {
    return `${this.prefix}s|${escapeSeparator(subject)}|`;
  }

  get #userPrefix(): string {
    return `${this.prefix}u|`;
  }

  #storedDeviceId(): string | undefined {
    const stored = this.#records.get(DEVICE_KEY);
    return typeof stored === 'string' ? stored : undefined;
  }

  async #write(changes: readonly StorageChange[]): Promise<void> {
    if (changes.length === 0) return;
    const records = new Map(this.#records);
    putChanges(records, changes);
    this.#records = records;
    await this.#storage.write(`${this.prefix}device|`, changes).catch(() => undefined);
  }
}
