import { readFlushOrder, type FlushOrder } from './flush-order.ts';
import { MarkedClient } from './marked-client.ts';
import { attachStrace, type Strace } from './strace.ts';
import { parseTrace } from './trace.ts';

export interface TracedRun extends FlushOrder {
  /** Marks that the client was told are stored. */
  readonly told: readonly string[];
}

/** Waves one after the other, so that there are many batches; the changes of a wave share some. */
export const WAVES = 8;
const PUSHES_PER_WAVE = 20;
const PUTS_PER_WAVE = 4;
export const WRITES = WAVES * (PUSHES_PER_WAVE + PUTS_PER_WAVE);

/**
 * Writes over the socket and over HTTP while the processes are traced, and reads the trace.
 *
 * @param findProcesses asked when the service has connections to its database: their processes are among them.
 */
export async function writeUnderTrace(
  address: string,
  findProcesses: () => Promise<readonly number[]>,
): Promise<TracedRun> {
  const client = await MarkedClient.connect(address);
  // Its connection to the database is open and stays so.
  const first = client.newMark();
  client.push(first);
  await client.untilAcked([first]);
  const strace = await attachToAll(findProcesses);
  const told: string[] = [];
  for (let wave = 0; wave < WAVES; wave += 1) {
    const pushed = Array.from({ length: PUSHES_PER_WAVE }, () => client.newMark());
    const put = Array.from({ length: PUTS_PER_WAVE }, () => client.newMark());
    for (const mark of pushed) client.push(mark);
    const statuses = await Promise.all(put.map((mark) => client.put(mark)));
    await client.untilAcked(pushed);
    told.push(
      ...pushed.filter((mark) => client.resultOf(mark) === 'applied'),
      ...put.filter((_, index) => statuses[index] === 200),
    );
  }
  await client.socket.close();
  return { told, ...readFlushOrder(parseTrace(await strace.detach())) };
}

const ATTEMPTS_MAX = 10;

/** A process that starts between the look for processes and the attachment would not be traced. */
async function attachToAll(findProcesses: () => Promise<readonly number[]>): Promise<Strace> {
  for (let attempt = 1; attempt <= ATTEMPTS_MAX; attempt += 1) {
    const processIds = await findProcesses();
    const strace = await attachStrace({ processIds });
    const known = new Set(processIds);
    if ((await findProcesses()).every((processId) => known.has(processId))) return strace;
    await strace.detach();
  }
  throw new Error('processes come and go too fast to be traced');
}
