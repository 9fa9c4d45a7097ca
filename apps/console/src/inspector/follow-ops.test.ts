import { describe, expect, it } from 'vitest';
import { ServiceProblem } from '../session/problem.ts';
import { followOps } from './follow-ops.ts';

const op = {
  type: 'op',
  serverTime: 1,
  source: 'here',
  result: 'applied',
  op: { kind: 'progress.clear', contentId: 'film', timestamp: '', deviceId: 'tv' },
} as const;
const linesOf = (...values: readonly object[]) =>
  new Response(values.map((value) => `${JSON.stringify(value)}\n`).join(''));

/** Each answer in turn; after the last it is called off. */
async function follow(answers: readonly (() => Response | ServiceProblem | Error)[]) {
  const abort = new AbortController();
  const told: string[] = [];
  const delays: number[] = [];
  let asked = 0;
  const session = {
    async fetch(path: string) {
      expect(path).toBe('/api/v1/inspector/users/anna/ops');
      const answer = answers[asked]?.();
      asked += 1;
      if (answer instanceof Response) return answer;
      if (answer === undefined) abort.abort();
      throw answer ?? new DOMException('called off', 'AbortError');
    },
  };
  await followOps(
    {
      session,
      // A silence never comes to its end here; what waits between two attempts does at once.
      delay: (ms, signal) =>
        ms === 40_000
          ? new Promise((resolve) => signal.addEventListener('abort', () => resolve()))
          : Promise.resolve(void delays.push(ms)),
    },
    'anna',
    {
      onState: (state, problem) =>
        told.push(problem === undefined ? state : `${state} ${problem.code}`),
      onOp: (line) => told.push(line.op.kind),
      onDropped: (count) => told.push(`dropped ${count}`),
    },
    abort.signal,
  );
  return { told, delays, asked };
}

describe('following the ops of a user', () => {
  it('tells each op and what is missing, and opens the tail again when it ends', async () => {
    const { told, delays } = await follow([
      () =>
        linesOf(
          { type: 'open', serverTime: 0 },
          op,
          { type: 'heartbeat', serverTime: 2 },
          { type: 'dropped', count: 3 },
          { type: 'end', reason: 'expired' },
        ),
    ]);
    expect(told).toEqual([
      'connecting',
      'open',
      'progress.clear',
      'dropped 3',
      'waiting',
      'connecting',
    ]);
    expect(delays).toEqual([500]);
  });

  it('asks ever more rarely while the service is away, and soon again once it was there', async () => {
    const away = () => new TypeError('Failed to fetch');
    const busy = () => new ServiceProblem('overloaded', 503, 'Too many.');
    const there = () => linesOf({ type: 'open', serverTime: 0 });
    const { delays, told } = await follow([away, busy, away, away, away, away, away, there]);
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 500]);
    expect(told.slice(0, 4)).toEqual([
      'connecting',
      'waiting unreachable',
      'connecting',
      'waiting overloaded',
    ]);
  });

  it('does not ask again where it was refused', async () => {
    const { told, asked } = await follow([() => new ServiceProblem('forbidden', 403, 'No.')]);
    expect(told).toEqual(['connecting', 'refused forbidden']);
    expect(asked).toBe(1);
  });

  it('gives up a connection that says nothing any more', async () => {
    const abort = new AbortController();
    const states: string[] = [];
    let asked = 0;
    const session = {
      async fetch(_path: string, { signal }: { signal?: AbortSignal } = {}) {
        asked += 1;
        if (asked === 2) {
          abort.abort();
          throw new DOMException('called off', 'AbortError');
        }
        const body = new ReadableStream<Uint8Array>({
          start: (controller) =>
            signal?.addEventListener('abort', () => controller.error(new Error('aborted'))),
        });
        return new Response(body);
      },
    };
    const handlers = {
      onState: (state: string) => states.push(state),
      onOp: () => undefined,
      onDropped: () => undefined,
    };
    await followOps({ session, delay: async () => undefined }, 'anna', handlers, abort.signal);
    expect(states.slice(0, 3)).toEqual(['connecting', 'waiting', 'connecting']);
  });
});
