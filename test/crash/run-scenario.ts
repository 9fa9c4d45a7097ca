import { setTimeout as pause } from 'node:timers/promises';
import {
  BrokenPromise,
  checkAnswered,
  checkConverged,
  checkQuiet,
  checkStored,
  settle,
} from './check-round.ts';
import { Household, type User } from './household.ts';
import { Ledger } from './ledger.ts';
import { pick, SETTLE_TIMEOUT_MS, type Scenario, type Scene } from './scenario.ts';
import { SECRET, type Stage } from './stage.ts';
import type { StoredState } from './stored-state.ts';
import { until } from './until.ts';

export interface RoundReport {
  readonly round: number;
  readonly what: string;
  /** From the end of the fault until every device had everything, the load of that time included. */
  readonly recoveryMs: number;
  readonly acked: number;
  readonly residentBytes: number;
}

export interface ScenarioReport {
  readonly name: string;
  readonly what: string;
  readonly rounds: number;
  readonly acked: number;
  readonly lost: number;
  /** Rounds after which all devices were equal, and equal to the database. */
  readonly converged: number;
  readonly slowestRecoveryMs: number;
  /** Of the greatest instance: quiet before the first fault, and the most of all quiet moments after one. */
  readonly memoryBeforeBytes: number;
  readonly memoryAfterBytes: number;
  /** What had to be done to end a fault, other than to end it. */
  readonly restarts: number;
  readonly broken: string | undefined;
}

export interface RunOptions {
  readonly scenario: Scenario;
  readonly stage: Stage;
  readonly rounds: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  readonly onRound: (report: RoundReport) => void;
  /** Ends the scenario after the round that is under way. */
  readonly lastRound?: AbortSignal | undefined;
}

/**
 * The memory of a quiet service may be so much above the least that it was at a quiet moment before, in bytes. The least: a
 * process that has just made its database has more than one that found it.
 */
const GROWTH_MAX_BYTES = 96 * 1024 * 1024;
/** After so many rounds there are new users: a whole state stays as large as a person's. */
const ROUNDS_PER_HOUSEHOLD = 10;
const ACKS_TO_WARM_UP = 200;
/** Each fault meets a service that works, at a moment up to so many ms after. */
const ACKS_BEFORE = 20;
const MOMENT_MAX_MS = 400;
const ACKS_AFTER = 20;
const APP_RESTART_CHANCE = 0.3;

/** Never rejects because of the product: what it does wrong is in the report. */
export async function runScenario(options: RunOptions): Promise<ScenarioReport> {
  const run = new Run(options);
  try {
    await run.all();
    return run.report();
  } catch (error) {
    if (!(error instanceof BrokenPromise)) throw error;
    return run.report(error);
  } finally {
    await run.close();
  }
}

class Run {
  readonly #options: RunOptions;
  readonly #ledger = new Ledger();
  readonly #reports: RoundReport[] = [];
  readonly #former: User[] = [];
  #household: Household | undefined;
  #memoryBeforeBytes = 0;
  #leastMemoryBytes = 0;
  /** The fault that the checks come after. */
  #last = 'no fault yet';

  constructor(options: RunOptions) {
    this.#options = options;
  }

  async all(): Promise<void> {
    const { rounds, onRound, lastRound } = this.#options;
    await this.#moveIn();
    await this.#warmUp();
    for (let round = 1; round <= rounds; round += 1) {
      if (lastRound?.aborted === true) break;
      if (round > 1 && round % ROUNDS_PER_HOUSEHOLD === 1) await this.#moveIn();
      const report = await this.#round(round);
      this.#reports.push(report);
      onRound(report);
    }
    // What was acknowledged long ago survives everything that came later.
    await this.#readStored(this.#former);
  }

  report(broken?: BrokenPromise): ScenarioReport {
    const { name, what } = this.#options.scenario;
    const reports = this.#reports;
    return {
      name,
      what,
      rounds: reports.length,
      acked: this.#ledger.acked,
      lost: broken?.losses.length ?? 0,
      converged: reports.length,
      slowestRecoveryMs: Math.max(0, ...reports.map(({ recoveryMs }) => recoveryMs)),
      memoryBeforeBytes: this.#memoryBeforeBytes,
      memoryAfterBytes: Math.max(0, ...reports.map(({ residentBytes }) => residentBytes)),
      restarts: reports.filter(({ what: text }) => text.includes('had to be')).length,
      broken: broken === undefined ? undefined : this.#describe(broken),
    };
  }

  async close(): Promise<void> {
    await this.#household?.[Symbol.asyncDispose]();
  }

  async #moveIn(): Promise<void> {
    const { stage, random } = this.#options;
    const before = this.#household;
    this.#household = undefined;
    await before?.[Symbol.asyncDispose]();
    if (before !== undefined) this.#former.push(...before.users);
    const urls = stage.instances.map(({ url }) => url);
    this.#household = await Household.open({ urls, secret: SECRET, ledger: this.#ledger, random });
  }

  async #warmUp(): Promise<void> {
    const household = this.#requireHousehold();
    household.startLoad();
    await this.#awaitAcks(ACKS_TO_WARM_UP);
    await this.#check();
    this.#memoryBeforeBytes = await checkQuiet(this.#options.stage);
    this.#leastMemoryBytes = this.#memoryBeforeBytes;
  }

  async #round(round: number): Promise<RoundReport> {
    const { scenario, stage, random } = this.#options;
    const household = this.#requireHousehold();
    const ackedBefore = this.#ledger.acked;
    household.startLoad();
    await this.#awaitAcks(ACKS_BEFORE);
    await pause(random() * MOMENT_MAX_MS);
    const scene: Scene = { stage, random, awaitAcks: (count) => this.#awaitAcks(count) };
    this.#last = `round ${round}, ${scenario.name}`;
    const [strike] = await Promise.all([scenario.strike(scene), this.#maybeRestartApp(household)]);
    this.#last = `round ${round}, ${strike.what} until ${new Date().toISOString()}`;
    const mendedAtMs = performance.now();
    const more = await strike.mend();
    await this.#awaitAcks(ACKS_AFTER);
    await this.#check();
    const recoveryMs = performance.now() - mendedAtMs;
    const residentBytes = await checkQuiet(stage);
    if (residentBytes > this.#leastMemoryBytes + GROWTH_MAX_BYTES) {
      throw new BrokenPromise(
        `${residentBytes} bytes are in use after ${this.#leastMemoryBytes} before`,
      );
    }
    this.#leastMemoryBytes = Math.min(this.#leastMemoryBytes, residentBytes);
    return {
      round,
      what: typeof more === 'string' ? `${strike.what}, ${more}` : strike.what,
      recoveryMs,
      acked: this.#ledger.acked - ackedBefore,
      residentBytes,
    };
  }

  async #check(): Promise<void> {
    const household = this.#requireHousehold();
    await settle(household, SETTLE_TIMEOUT_MS);
    const stored = await this.#readStored(household.users);
    await Promise.all(
      household.users.map(async ({ userId, devices }) => {
        const state = stored.get(userId);
        if (state !== undefined) await checkConverged(devices, state, SETTLE_TIMEOUT_MS);
      }),
    );
  }

  /** All losses of all users at once: they tell together what went wrong. @throws BrokenPromise */
  async #readStored(users: readonly User[]): Promise<ReadonlyMap<string, StoredState>> {
    const { stage } = this.#options;
    const outcomes = await Promise.allSettled(
      users.map(async (user) => {
        const stored = await checkStored(stage, this.#ledger, user);
        checkAnswered(this.#ledger, user);
        return [user.userId, stored] as const;
      }),
    );
    const reasons = outcomes.flatMap((outcome) =>
      outcome.status === 'rejected' ? [outcome.reason as unknown] : [],
    );
    const broken = reasons.filter((reason) => reason instanceof BrokenPromise);
    if (broken.length < reasons.length)
      throw reasons.find((reason) => !broken.includes(reason as BrokenPromise));
    if (broken.length > 0) {
      throw new BrokenPromise(
        broken.map(({ message }) => message).join('; '),
        broken.flatMap(({ losses }) => losses),
      );
    }
    return new Map(
      outcomes.flatMap((outcome) => (outcome.status === 'fulfilled' ? [outcome.value] : [])),
    );
  }

  async #maybeRestartApp({ devices }: Household): Promise<void> {
    const { random } = this.#options;
    const isDue = random() < APP_RESTART_CHANCE;
    const device = pick(random, devices);
    if (isDue) await device.restartApp();
  }

  async #awaitAcks(count: number): Promise<void> {
    const wanted = this.#ledger.acked + count;
    try {
      await until({
        isTrue: () => this.#ledger.acked >= wanted,
        subscribe: (look) => this.#ledger.onAck(look),
        timeoutMs: SETTLE_TIMEOUT_MS,
        what: () => `${count} acks; ${this.#requireHousehold().describe()}`,
      });
    } catch (error) {
      throw new BrokenPromise((error as Error).message);
    }
  }

  #requireHousehold(): Household {
    if (this.#household === undefined) throw new Error('nobody is there');
    return this.#household;
  }

  #describe({ message, losses }: BrokenPromise): string {
    const lines = losses.map(({ what, acked }) => {
      if (acked === undefined) return `  ${what}`;
      const at = new Date(acked.atMs).toISOString();
      return `  ${what}: ${JSON.stringify(acked.op)}, acknowledged to ${acked.deviceId} at ${at}`;
    });
    return [`${message}; after ${this.#last}`, ...lines.slice(0, LOSSES_SHOWN_MAX)].join('\n');
  }
}

const LOSSES_SHOWN_MAX = 20;
