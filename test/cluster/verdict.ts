import { LiveDevice } from '../support/live-device.ts';
import { Replica } from '../support/replica.ts';
import type { User } from './viewers.ts';

export interface Verdict {
  readonly acknowledged: number;
  /** Acknowledged ops that the stored state does not cover. */
  readonly lost: number;
  /** Devices whose acknowledged state is not the stored one. */
  readonly diverged: readonly string[];
  /** Everything that a client met other than a reconnect, one line each. */
  readonly errors: readonly string[];
  readonly reconnects: number;
  /** From the moment when nothing was left to push until the last device had everything. */
  readonly convergedAfterMs: number;
}

export interface VerdictOptions {
  readonly url: string;
  /** How long a device may take to hear of the last changes, by itself. */
  readonly timeoutMs: number;
}

export function isGood({ acknowledged, lost, diverged, errors }: Verdict): boolean {
  return acknowledged > 0 && lost === 0 && diverged.length === 0 && errors.length === 0;
}

/**
 * Waits until every device has pushed all it has, then compares.
 *
 * Nothing is sent meanwhile: what the devices come to know they are told.
 */
export async function judge(users: readonly User[], options: VerdictOptions): Promise<Verdict> {
  const devices = users.flatMap((user) => user.devices);
  await Promise.all(devices.map((device) => device.untilSettled(options.timeoutMs)));
  const settledAt = performance.now();
  const judged = await Promise.all(users.map((user) => judgeUser(user, options)));
  const wholeMs = performance.now() - settledAt;
  return {
    acknowledged: devices.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0),
    lost: judged.reduce((sum, { lost }) => sum + lost, 0),
    diverged: judged.flatMap(({ diverged }) => diverged),
    errors: users.flatMap(({ userId, devices: own }) =>
      own.flatMap((device) =>
        device.errors.map((error) => `${userId} ${device.deviceId}: ${error}`),
      ),
    ),
    reconnects: devices.reduce((sum, { welcomes }) => sum + welcomes - 1, 0),
    convergedAfterMs: wholeMs,
  };
}

async function judgeUser(user: User, { url, timeoutMs }: VerdictOptions) {
  const stored = await readStored(user, url);
  const covered = new Replica();
  covered.merge(stored);
  // An acknowledged op is there if folding it in once more changes nothing.
  const lost = user.devices
    .flatMap((device) => device.acknowledged)
    .filter((op) => covered.apply(op)).length;
  const wanted = stored.lines().join('\n');
  const isEqual = (device: LiveDevice): boolean => device.stored.lines().join('\n') === wanted;
  const outcomes = await Promise.all(
    user.devices.map(async (device) => {
      const isTold = await device
        .until(() => isEqual(device), 'converged', timeoutMs)
        .then(
          () => true,
          () => false,
        );
      return isTold ? [] : [`${user.userId} ${device.deviceId}`];
    }),
  );
  return { lost, diverged: outcomes.flat() };
}

/** The whole state as a device gets it that was never there before. */
async function readStored({ token }: User, url: string): Promise<Replica> {
  const auditor = await LiveDevice.connect({ url, token, deviceId: 'auditor', reconnects: false });
  if (auditor.errors.length > 0) throw new Error(auditor.describe());
  await auditor.leave();
  return auditor.stored;
}
