import { setTimeout as pause } from 'node:timers/promises';
import {
  checkAnswered,
  checkConverged,
  checkQuiet,
  checkStored,
  settle,
} from '../crash/check-round.ts';
import { Disposal } from '../crash/disposal.ts';
import { Ledger } from '../crash/ledger.ts';
import { instanceOf, postgresOf, SETTLE_TIMEOUT_MS, type Scene } from '../crash/scenario.ts';
import { openStage, SECRET, type Stage } from '../crash/stage.ts';
import { Collector } from './collector.ts';
import { Crowd } from './crowd.ts';
import { Faults } from './faults.ts';
import { findMaximum, type RateStep } from './find-maximum.ts';
import { Sampler, type SoakSample } from './sampler.ts';
import { judge, type Verdict } from './verdicts.ts';

export interface SoakOptions {
  readonly durationMs: number;
  readonly users: number;
  /** `undefined`: half of the greatest rate that is held. */
  readonly changesPerSecond: number | undefined;
  readonly sampleEveryMs: number;
  readonly faultEveryMs: number;
  /** The load stops, and everything is compared with everything. */
  readonly checkEveryMs: number;
  /** After each of these checks nobody writes for so long, then one person once. */
  readonly idleMs: number;
  readonly retentionMs: number;
  /** Uniform in [0, 1). */
  readonly random: () => number;
  /** Asked at each sample; true ends the load early, with the last check and the report. */
  readonly isOver?: () => boolean;
  readonly say: (line: string) => void;
}

export interface SoakReport {
  readonly maximum: number | undefined;
  readonly changesPerSecond: number;
  readonly acked: number;
  readonly collected: number;
  readonly checks: number;
  readonly faults: readonly string[];
  readonly samples: readonly SoakSample[];
  readonly verdicts: readonly Verdict[];
}

const STEP_MS = 5_000;
/** Before the greatest rate is measured: lists and registers are as full then as they will be. */
const WARM_UP_MS = 30_000;
const WARM_UP_CHANGES_PER_SECOND_AND_USER = 20;
const COLLECTIONS_PER_RETENTION = 4;

/**
 * The real service on a real PostgreSQL under the load of real clients, for a long time.
 *
 * @throws BrokenPromise when something that was acknowledged is gone, or not everybody has the same in the end
 */
export async function runSoak(options: SoakOptions): Promise<SoakReport> {
  const opened = new Disposal();
  try {
    return await soak(options, opened);
  } finally {
    await opened[Symbol.asyncDispose]();
  }
}

async function soak(options: SoakOptions, opened: Disposal): Promise<SoakReport> {
  const { users, random, say, retentionMs, durationMs, isOver = () => false } = options;
  const stage = opened.use(await openPostgresStage());
  const ledger = new Ledger();
  const waited: { sampler: Sampler } = { sampler: new Sampler(ledger) };
  const scene: Scene = {
    stage,
    random,
    awaitAcks: () => Promise.reject(new Error('no fault of a soak waits for acks')),
  };
  const [instance, { server, withClient }] = [instanceOf(scene), postgresOf(scene)];
  const crowd = opened.use(
    await Crowd.open({
      url: instance.url,
      secret: SECRET,
      ledger,
      users,
      random,
      onAnswered: (waitedMs) => waited.sampler.answered(waitedMs),
    }),
  );
  const collector = opened.use(
    await Collector.start({
      url: server.url(),
      retentionMs,
      graceMs: retentionMs / COLLECTIONS_PER_RETENTION,
      intervalMs: retentionMs / COLLECTIONS_PER_RETENTION,
    }),
  );
  const faults = new Faults(scene);
  const samples: SoakSample[] = [];
  let checks = 0;

  async function check(): Promise<void> {
    await faults.ended();
    await settle(crowd, SETTLE_TIMEOUT_MS);
    for (const user of crowd.users) {
      const stored = await checkStored(stage, ledger, user, { retentionMs });
      checkAnswered(ledger, user);
      await checkConverged(user.devices, stored, SETTLE_TIMEOUT_MS);
      ledger.forgetAllBut(user.userId, stored);
    }
    await checkQuiet(stage);
    checks += 1;
  }

  async function sample(): Promise<SoakSample | undefined> {
    const { isCalm } = faults;
    try {
      return await withClient((client) => waited.sampler.take(instance, client, isCalm));
    } catch (error) {
      // In the middle of a fault there may be nobody who could say.
      if (isCalm) throw error;
      return undefined;
    }
  }

  for (const device of crowd.devices) device.fill();
  await settle(crowd, SETTLE_TIMEOUT_MS);
  let maximum: number | undefined;
  if (options.changesPerSecond === undefined) {
    crowd.startLoad(users * WARM_UP_CHANGES_PER_SECOND_AND_USER);
    await pause(WARM_UP_MS);
    await settle(crowd, SETTLE_TIMEOUT_MS);
    const onStep = (step: RateStep) => say(lineOf(step));
    maximum = await findMaximum({ crowd, ledger, stepMs: STEP_MS, onStep });
  }
  const changesPerSecond = options.changesPerSecond ?? Math.round((maximum ?? 0) / 2);
  say(`${changesPerSecond} changes/s for ${(durationMs / 60_000).toFixed(1)} minutes`);
  await check();

  waited.sampler = new Sampler(ledger);
  const endAtMs = performance.now() + durationMs;
  let faultAtMs = performance.now() + options.faultEveryMs;
  let checkAtMs = performance.now() + options.checkEveryMs;
  crowd.startLoad(changesPerSecond);
  while (performance.now() < endAtMs && !isOver()) {
    await pause(options.sampleEveryMs);
    const taken = await sample();
    if (taken !== undefined) {
      samples.push(taken);
      say(describeSample(taken));
    }
    if (performance.now() >= checkAtMs) {
      await check();
      await pause(options.idleMs);
      crowd.devices[checks % crowd.devices.length]?.act();
      await check();
      say(
        `check ${checks}: nothing lost, all equal, also after ${options.idleMs} ms without a write`,
      );
      // Nothing was asked for meanwhile.
      await sample();
      crowd.startLoad(changesPerSecond);
      checkAtMs = performance.now() + options.checkEveryMs;
    } else if (performance.now() >= faultAtMs) {
      await faults.ended();
      faults.strike();
      faultAtMs = performance.now() + options.faultEveryMs;
    }
  }
  await check();
  return {
    maximum,
    changesPerSecond,
    acked: ledger.acked,
    collected: collector.deleted,
    checks,
    faults: faults.happened,
    samples,
    verdicts: judge(samples),
  };
}

async function openPostgresStage(): Promise<Stage> {
  const stage = await openStage('postgres');
  if (stage === undefined) throw new Error('PostgreSQL comes with the packages');
  return stage;
}

function lineOf({ changesPerSecond, acksPerSecond, isHeld }: RateStep): string {
  const held = isHeld ? 'held' : 'not held';
  return `${changesPerSecond} changes/s asked: ${acksPerSecond.toFixed(0)} acknowledged, ${held}`;
}

function describeSample(sample: SoakSample): string {
  const { atSeconds, acksPerSecond, ackP50Ms, ackP99Ms, servedP99Ms } = sample;
  const { residentBytes, tableBytes } = sample;
  const mebibytes = (bytes: number) => `${(bytes / 2 ** 20).toFixed(0)} MiB`;
  return [
    `${atSeconds.toFixed(0).padStart(5)} s`,
    `${acksPerSecond.toFixed(0)} acks/s`,
    `p50 ${ackP50Ms.toFixed(0)} p99 ${ackP99Ms.toFixed(0)} ms, by the service ${servedP99Ms.toFixed(0)}`,
    `service ${mebibytes(residentBytes)}`,
    `tables ${mebibytes(tableBytes)}`,
    `${sample.tombstones} tombstones`,
    `devices ${(sample.crowdUtilization * 100).toFixed(0)} % busy${sample.isCalm ? '' : ', a fault'}`,
  ].join('  ');
}
