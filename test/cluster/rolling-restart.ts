import type { LiveDevice } from '../support/live-device.ts';
import { untilDevices } from '../support/live/until-devices.ts';
import type { Cluster, StopSignal } from './cluster.ts';

export interface RestartStep {
  readonly instance: number;
  readonly signal: StopSignal;
  /** `null` after a SIGKILL. */
  readonly exitCode: number | null;
  readonly stopMs: number;
  /** Ops acknowledged by the others while the instance was down. */
  readonly acknowledgedMeanwhile: number;
}

export interface RestartOptions {
  readonly devices: readonly LiveDevice[];
  /** Acks to see with the instance down, and again with it back, before the next step. */
  readonly acksBetween: number;
}

/** Ends one instance under load, sees the others go on, and starts it again. */
export async function restartInstance(
  cluster: Cluster,
  { instance, signal }: { readonly instance: number; readonly signal: StopSignal },
  { devices, acksBetween }: RestartOptions,
): Promise<RestartStep> {
  const untilAcknowledged = (count: number) =>
    untilDevices(devices, () => acknowledgedBy(devices) >= count, `given ${count} acks in all`);
  const startedAt = performance.now();
  const exitCode = await cluster.end(instance, signal);
  const stopMs = performance.now() - startedAt;
  const before = acknowledgedBy(devices);
  await untilAcknowledged(before + acksBetween);
  await cluster.startAgain(instance);
  const acknowledgedMeanwhile = acknowledgedBy(devices) - before;
  await untilAcknowledged(acknowledgedBy(devices) + acksBetween);
  return { instance, signal, exitCode, stopMs, acknowledgedMeanwhile };
}

export function acknowledgedBy(devices: readonly LiveDevice[]): number {
  return devices.reduce((sum, { acknowledged }) => sum + acknowledged.length, 0);
}
