import { percentile } from '../support/statistics.ts';
import type { Sample } from '../workload.ts';
import { connectDevice } from './connect-device.ts';
import type { ConnectsJob, Observer } from './job.ts';
import { startOpenLoop } from './open-loop.ts';

/** A device stays so long after its welcome, then it goes. */
const STAY_MS = 1_000;
const LEAVE = 1_000;
const SETTLE_TIMEOUT_MS = 15_000;

/** Connects on a fixed schedule and records when each welcome was there. */
export async function runConnectLoad(job: ConnectsJob, { announce }: Observer): Promise<Sample> {
  const { users, connectsPerSecond, warmUpSeconds, seconds, ending } = job;
  const from = Math.round(connectsPerSecond * warmUpSeconds);
  const to = from + Math.round(connectsPerSecond * seconds);
  const latenciesMs = new Float64Array(to - from);
  const connecting = new Set<Promise<void>>();
  let failure: Error | undefined;

  async function connect(index: number, dueMs: number): Promise<void> {
    const { socket, rows, welcomedAtMs } = await connectDevice({
      url: job.url,
      token: users[index % users.length]?.token ?? '',
      deviceId: 'phone',
      onMessage: () => undefined,
      onLost: () => undefined,
    });
    if (rows !== job.rows) throw new Error(`a welcome had ${rows} rows, not ${job.rows}`);
    if (index >= from) latenciesMs[index - from] = welcomedAtMs - dueMs;
    setTimeout(() => {
      if (ending === 'leaves') socket.close(LEAVE);
      else socket.terminate();
    }, STAY_MS);
  }

  const { dueAtMs, ended } = startOpenLoop({
    perSecond: connectsPerSecond,
    count: to,
    call(index) {
      if (failure !== undefined) throw failure;
      if (index === from) announce('window-start');
      const connected = connect(index, dueAtMs(index))
        .catch((error: unknown) => {
          failure ??= error instanceof Error ? error : new Error(String(error));
        })
        .finally(() => connecting.delete(connected));
      connecting.add(connected);
    },
  });
  await ended;
  announce('window-end');
  const late = setTimeout(() => {
    throw new Error(`${connecting.size} devices have no welcome`);
  }, SETTLE_TIMEOUT_MS);
  await Promise.all(connecting);
  clearTimeout(late);
  if (failure !== undefined) throw failure;
  const sorted = latenciesMs.sort();
  return {
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    maxMs: percentile(sorted, 1),
    connects: sorted.length,
  };
}
