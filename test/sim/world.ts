import type { WatchState } from '@cuepoint/client';
import type { ContinueWatching } from '@cuepoint/client/continue-watching';
import { historyOf } from '@cuepoint/client/history';
import { watchedOf } from '@cuepoint/client/watched';
import type { WireOp } from '@cuepoint/core';
import { createMemoryBus } from '../../packages/server/src/feed/memory-feed.ts';
import { DEVICES, FILMS, SERVICES, drawSkew, startOfRunMs, USERS, type Action } from './action.ts';
import { createChance, type Chance } from './chance.ts';
import {
  checkAcked,
  checkCursors,
  checkLists,
  checkOwnAcks,
  comparison,
  checkQuiet,
  isConverged,
} from './checks.ts';
import { Ledger, Violation, type UserLedger } from './ledger.ts';
import { createScheduler, type Scheduler } from './scheduler.ts';
import { SimDevice } from './sim-device.ts';
import { FILM_SECONDS, Knowledge } from './viewing.ts';
import { startService, type Faults, type SimService } from './sim-service.ts';
import { MemoryStore } from './store/memory-database.ts';

/** Whatever was broken is whole by then, or is counted as broken for ever. (f) */
const QUIET_MAX_MS = 15 * 60_000;
/** Live changes, heartbeats and pulls after the last op: what they bring must change nothing. */
const SETTLE_MS = 2_000;
const CALM: Faults = { commitFaults: 0, feedLosses: 0, statementMaxMs: 5 };

/** Everything there is in one run. */
export class World {
  readonly scheduler: Scheduler;
  readonly store: MemoryStore;
  readonly ledger: Ledger;
  readonly knowledge = new Knowledge();
  readonly devices: readonly SimDevice[];
  readonly userIds: readonly string[];
  readonly trace: string[] = [];
  violation: Violation | undefined;
  quietPoints = 0;
  readonly #chance: Chance;
  readonly #bus = createMemoryBus();
  readonly #services: (SimService | undefined)[];
  readonly #serviceSkewsMs = Array.from({ length: SERVICES }, () => 0);
  #databaseSkewMs = 0;
  #faults = CALM;
  #servicesStarted = 0;

  constructor(seed: number) {
    this.#chance = createChance(seed);
    this.scheduler = createScheduler(startOfRunMs());
    this.store = new MemoryStore(() => this.scheduler.now() + this.#databaseSkewMs);
    const fail = (violation: Violation) => {
      this.violation ??= violation;
    };
    this.ledger = new Ledger(fail);
    this.userIds = Array.from({ length: USERS }, (_, index) => userIdOf(index));
    this.#services = Array.from({ length: SERVICES }, () => undefined);
    const trace = (line: string) => this.#note(line);
    this.store.onCommitted = () => trace(`commit ${this.store.tables.log.length}`);
    const chance = this.#chance;
    this.devices = Array.from({ length: DEVICES }, (_, index) => {
      const device = new SimDevice(
        `device-${index}`,
        userIdOf(index % USERS),
        chance.of(`device ${index}`),
        {
          scheduler: this.scheduler,
          ledger: this.ledger,
          knowledge: this.knowledge,
          fail,
          trace,
          connect: (connection) => {
            const running = this.#services.filter((service) => service?.isAlive === true);
            const service = running[chance.below(Math.max(running.length, 1))];
            try {
              service?.accept(connection);
            } catch {
              return false;
            }
            return service !== undefined;
          },
          onAcked: (userId: string, op: WireOp) => checkAcked(this, userId, op),
        },
      );
      device.skewMs = drawSkew(chance);
      return device;
    });
  }

  /** Everything runs, nothing is lost. */
  async start(): Promise<void> {
    await this.#startAll();
    await this.scheduler.advance(0);
  }

  fail(violation: Violation): void {
    this.violation ??= violation;
  }

  /** @throws Violation as soon as one of the invariants does not hold. */
  async act(action: Action): Promise<void> {
    this.#note(JSON.stringify(action));
    await this.#do(action);
    await this.scheduler.advance(0);
    this.#requireFine();
    checkCursors(this);
    checkOwnAcks(this);
    checkLists(this);
    this.#requireFine();
  }

  async #do(action: Action): Promise<void> {
    const device = 'device' in action ? this.devices[action.device] : undefined;
    switch (action.do) {
      case 'add':
        return device?.write(({ watchlist }) => watchlist.add(filmOf(action.film)));
      case 'remove':
        return device?.write(({ watchlist }) => watchlist.remove(filmOf(action.film)));
      case 'clear':
        return device?.write(({ progress }) => progress.clear(filmOf(action.film)));
      case 'watch':
      case 'tick':
      case 'autoplay':
        return device?.write(({ progress }) => play(progress, action));
      case 'say':
        return device?.write((state) => say(state, device.continueWatching, action));
      case 'unplay':
        return device?.write((state) => unplay(state, this.ledger.userOf(device.userId), action));
      case 'release':
      case 'postpone':
        return this.#learn(() => this.knowledge.setReleased(action.film, action.do === 'release'));
      case 'join':
        return this.#learn(() => this.knowledge.join(action.film, action.other));
      case 'part':
        return this.#learn(() => this.knowledge.part(action.film));
      case 'wait':
        await this.scheduler.advanceUntil(() => this.violation !== undefined, action.ms);
        return undefined;
      case 'stall':
        return device?.stall(action.isCut);
      case 'heal':
        return device?.heal();
      case 'crashDevice':
        return device?.crash();
      case 'startDevice':
        return device?.start();
      case 'backUp':
        return device?.backUp();
      case 'restore':
        return device?.restore();
      case 'setClock':
        if (device !== undefined) device.skewMs = action.skewMs;
        return undefined;
      case 'setServiceClock':
        this.#serviceSkewsMs[action.service] = action.skewMs;
        this.ledger.setServiceSkew(action.skewMs);
        return undefined;
      case 'setDatabaseClock':
        this.#databaseSkewMs = action.skewMs;
        return undefined;
      case 'signIn':
        return device?.signIn(userIdOf(action.user));
      case 'revoke':
        return this.#revoke(device);
      case 'killService':
        this.#services[action.service]?.kill();
        this.#services[action.service] = undefined;
        return undefined;
      case 'stopService':
        void this.#services[action.service]?.stop();
        return undefined;
      case 'startService':
        return this.#startService(action.service);
      case 'crashDatabase':
        return this.store.crash();
      case 'collectGarbage':
        void this.#running()[0]?.maintenance.collectGarbage();
        return undefined;
      case 'loseFeed':
        this.#faults = { ...this.#faults, feedLosses: this.#faults.feedLosses === 0 ? 0.5 : 0 };
        return undefined;
      case 'troubleDatabase':
        this.#faults = {
          ...this.#faults,
          commitFaults: this.#faults.commitFaults === 0 ? 0.3 : 0,
          statementMaxMs: this.#chance.pick([5, 200, 2_000]),
        };
        return undefined;
      case 'quiet':
        return this.#quiet();
    }
  }

  /** Mends everything, waits until everybody has everything, and checks all. */
  async #quiet(): Promise<void> {
    this.#faults = CALM;
    await this.#startAll();
    const isDone = () => this.violation !== undefined || isConverged(this);
    const isMet = await this.scheduler.advanceUntil(isDone, QUIET_MAX_MS);
    this.#requireFine();
    if (!isMet) throw new Violation('f', describeStuck(this));
    await this.scheduler.advanceUntil(() => this.violation !== undefined, SETTLE_MS);
    // A token may have been renewed, or a session moved, at just this moment.
    await this.scheduler.advanceUntil(isDone, QUIET_MAX_MS);
    this.#requireFine();
    checkQuiet(this);
    this.quietPoints += 1;
  }

  async #startAll(): Promise<void> {
    for (let index = 0; index < SERVICES; index += 1) {
      await this.#startService(index);
    }
    for (const device of this.devices) {
      device.heal();
      // A token that is good by a clock of the future is asked for anew only then.
      if (!this.ledger.areClocksClose && device.shownUserId !== device.userId) device.crash();
      device.start();
    }
  }

  async #startService(index: number): Promise<void> {
    if (this.#services[index]?.isAlive === true && !this.#services[index].isStopping) return;
    this.#servicesStarted += 1;
    const name = `service ${index} ${this.#servicesStarted}`;
    this.#services[index] = await startService(
      {
        scheduler: this.scheduler,
        store: this.store,
        bus: this.#bus,
        faults: () => this.#faults,
        skewMs: () => this.#serviceSkewsMs[index] ?? 0,
        onBug: (error) => this.fail(new Violation('crash', `${name}: ${describe(error)}`)),
      },
      this.#chance.of(name),
    );
  }

  #running(): SimService[] {
    return this.#services.filter((service) => service?.isAlive === true) as SimService[];
  }

  /** Every app that runs hears of it. */
  #learn(change: () => void): void {
    change();
    for (const { continueWatching } of this.devices) continueWatching?.describeAnew();
  }

  /** As by DELETE /devices/{deviceId}. */
  #revoke(device: SimDevice | undefined): void {
    const [service] = this.#running();
    const deviceId = device?.deviceId;
    if (device === undefined || service === undefined || deviceId === undefined) return;
    service.live.persistence.deleteDevice(device.userId, deviceId).catch(() => undefined);
  }

  #requireFine(): void {
    if (this.violation !== undefined) throw this.violation;
  }

  #note(line: string): void {
    this.trace.push(`${(this.scheduler.trueMs - startOfRunMs()).toFixed(2)} ${line}`);
  }
}

/** @returns whether it was written. */
function play(
  progress: WatchState['progress'],
  { do: how, film, seconds: positionSeconds }: Extract<Action, { readonly seconds: number }>,
): boolean {
  const position = { positionSeconds, durationSeconds: FILM_SECONDS, state: 'playing' } as const;
  if (how !== 'watch') {
    const options = how === 'autoplay' ? { startedBy: how } : {};
    return progress.report(filmOf(film), position, options);
  }
  progress.set(filmOf(film), position);
  return true;
}

/** @returns whether it was written. */
function say(
  state: WatchState,
  list: ContinueWatching | undefined,
  { what, film }: Extract<Action, { readonly do: 'say' }>,
): boolean {
  const contentId = filmOf(film);
  switch (what) {
    case 'finish':
      return play(state.progress, { do: 'watch', device: 0, film, seconds: FILM_SECONDS });
    case 'mark':
      watchedOf(state).mark(contentId);
      return true;
    case 'unmark':
      return watchedOf(state).unmark(contentId);
    case 'dismiss':
      list?.dismiss(contentId);
      return true;
    case 'rewatch':
      list?.rewatch(contentId);
      return true;
    case 'restore':
      return list?.restore(contentId) === true;
    case 'endRewatch':
      return list?.endRewatch(contentId) === true;
  }
}

/** @returns whether it was written. */
function unplay(
  state: WatchState,
  { plays }: UserLedger,
  { film }: Extract<Action, { readonly do: 'unplay' }>,
): boolean {
  const own = state.inspect().outbox.map(({ op }) => op);
  const told = [...plays.values(), ...own].findLast(
    (op) => op.kind === 'play.add' && op.contentId === filmOf(film),
  );
  if (told?.kind !== 'play.add') return false;
  historyOf(state).remove({ playId: told.playId, alsoIds: [] });
  return true;
}

function filmOf(film: number): string {
  return `film-${film % FILMS}`;
}

function userIdOf(user: number): string {
  return `00000000-0000-4000-8000-00000000000${user % USERS}`;
}

function describe(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

function describeStuck(world: World): string {
  const lines = world.devices.map(
    (device) =>
      `${device.name} ${JSON.stringify(device.state?.status.get())} ${comparison(world, device)}`,
  );
  return `no end after ${QUIET_MAX_MS} ms: ${lines.join(' · ')}`;
}
