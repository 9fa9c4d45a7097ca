import { setTimeout as pause } from 'node:timers/promises';
import type { CrashDevice } from './crash-device.ts';
import { findLost, type Loss } from './find-lost.ts';
import type { Household, User } from './household.ts';
import type { Ledger } from './ledger.ts';
import { readRows, readThroughService } from './read-stored.ts';
import type { Stage } from './stage.ts';
import {
  differencesOf,
  keptOf,
  linesOf,
  liveOf,
  shownLinesOf,
  type StoredState,
} from './stored-state.ts';
import { until } from './until.ts';
import { readVitalSigns } from './vital-signs.ts';

/** A promise that was not kept; the run ends with it. */
export class BrokenPromise extends Error {
  /** Acknowledged ops that are gone, or things that nobody sent. */
  readonly losses: readonly Loss[];

  constructor(what: string, losses: readonly Loss[] = []) {
    super(what);
    this.losses = losses;
  }
}

/** A device as far as the checks look at it. */
export type CheckedDevice = Pick<
  CrashDevice,
  'deviceId' | 'isSettled' | 'acknowledgedLines' | 'shownLines' | 'subscribe'
>;

export type CheckedHousehold = Pick<Household, 'endLoad' | 'trouble' | 'subscribe' | 'describe'> & {
  readonly devices: readonly CheckedDevice[];
};

/** Longest time that an instance may need until nothing waits in it any more, in ms. */
const QUIET_TIMEOUT_MS = 30_000;
const QUIET_EVERY_MS = 50;
/** What is read is read again while the database is on its way back. */
const READ_TIMEOUT_MS = 30_000;
const READ_EVERY_MS = 200;

/** Resolves once every device is connected and has an answer to all it has sent. @throws BrokenPromise */
export async function settle(household: CheckedHousehold, timeoutMs: number): Promise<void> {
  const ended = household.endLoad();
  let isEnded = false;
  void ended.then(() => {
    isEnded = true;
  });
  try {
    await until({
      isTrue: () => {
        const { trouble } = household;
        if (trouble !== undefined) throw new BrokenPromise(trouble);
        return isEnded && household.devices.every((device) => device.isSettled);
      },
      subscribe(look) {
        void ended.then(look);
        return household.subscribe(look);
      },
      timeoutMs,
      what: () => `all is acknowledged: ${household.describe()}`,
    });
  } catch (error) {
    throw error instanceof BrokenPromise ? error : new BrokenPromise((error as Error).message);
  }
}

/** Nothing has left an outbox without an answer: all of them are empty now. @throws BrokenPromise */
export function checkAnswered(ledger: Ledger, { userId }: Pick<User, 'userId'>): void {
  const [first] = ledger.userOf(userId).unanswered.values();
  if (first === undefined) return;
  throw new BrokenPromise(
    `${userId} has no answer to ${JSON.stringify(first)}, and nobody sends it again`,
  );
}

export interface CheckStoredOptions {
  /** How long tombstones are kept, in ms; by default for ever. */
  readonly retentionMs?: number;
}

/** Everything that was acknowledged is stored. Nobody may write meanwhile. @throws BrokenPromise */
export async function checkStored(
  stage: Stage,
  ledger: Ledger,
  { userId, token }: Pick<User, 'userId' | 'token'>,
  { retentionMs }: CheckStoredOptions = {},
): Promise<StoredState> {
  const [instance] = stage.instances;
  if (instance === undefined) throw new Error('a stage has an instance');
  const stored = await readAgain(() => readThroughService(instance.address, token));
  const losses = findLost(
    ledger.userOf(userId),
    stored,
    // After the read: what is collected was old by then.
    retentionMs === undefined ? undefined : { collectedBeforeMs: Date.now() - retentionMs },
  );
  if (losses.length > 0) throw new BrokenPromise(`${losses.length} losses of ${userId}`, losses);
  if (stage.postgres !== undefined) {
    const rows = await stage.postgres.withClient((client) => readRows(client, userId));
    // Between the two reads tombstones may have been collected.
    const [inRows, told] =
      retentionMs === undefined ? [rows, stored] : [liveOf(rows), liveOf(stored)];
    const differences = differencesOf(linesOf(inRows), linesOf(told));
    if (differences.length > 0) {
      throw new BrokenPromise(`the service tells ${userId} something else: ${differences.join()}`);
    }
  }
  return stored;
}

/** All devices of a user know and show what is stored. @throws BrokenPromise */
export async function checkConverged(
  devices: readonly CheckedDevice[],
  stored: StoredState,
  timeoutMs: number,
): Promise<void> {
  const [wanted, shown] = [linesOf(keptOf(liveOf(stored))), shownLinesOf(stored)];
  const differences = (device: CheckedDevice): readonly string[] => [
    ...differencesOf(wanted, device.acknowledgedLines),
    ...differencesOf(shown, device.shownLines),
  ];
  await Promise.all(
    devices.map(async (device) => {
      try {
        await until({
          isTrue: () => differences(device).length === 0,
          subscribe: (look) => device.subscribe(look),
          timeoutMs,
          what: () => `${device.deviceId} equals what is stored: ${differences(device).join()}`,
        });
      } catch (error) {
        throw new BrokenPromise((error as Error).message);
      }
    }),
  );
}

/**
 * `/health` and `/metrics` answer, and nothing waits in any instance.
 *
 * @returns the greatest resident memory of an instance, in bytes. @throws BrokenPromise
 */
export async function checkQuiet({ instances }: Stage): Promise<number> {
  let greatest = 0;
  for (const instance of instances) {
    const endMs = performance.now() + QUIET_TIMEOUT_MS;
    for (;;) {
      if (!instance.isRunning) throw new BrokenPromise('a service has ended by itself');
      const signs = await readVitalSigns(instance).catch((error: unknown) => error as Error);
      if (!(signs instanceof Error) && signs.waiting === 0) {
        greatest = Math.max(greatest, signs.residentBytes);
        break;
      }
      if (performance.now() > endMs) {
        throw new BrokenPromise(
          signs instanceof Error ? signs.message : `${signs.waiting} still wait in a quiet service`,
        );
      }
      await pause(QUIET_EVERY_MS);
    }
  }
  return greatest;
}

async function readAgain<Answer>(read: () => Promise<Answer>): Promise<Answer> {
  const endMs = performance.now() + READ_TIMEOUT_MS;
  for (;;) {
    try {
      return await read();
    } catch (error) {
      if (performance.now() > endMs) throw new BrokenPromise((error as Error).message);
      await pause(READ_EVERY_MS);
    }
  }
}
