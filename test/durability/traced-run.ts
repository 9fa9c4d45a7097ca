import { readFlushOrder, type FlushOrder } from './flush-order.ts';
import { MarkedClient } from './marked-client.ts';
import { attachStrace } from './strace.ts';
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
  // Its hello makes the service open connections to the database.
  const client = await MarkedClient.connect(address);
  const strace = await attachStrace({ processIds: await findProcesses() });
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
