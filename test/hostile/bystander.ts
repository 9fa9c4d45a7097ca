import { randomUUID } from 'node:crypto';
import { Agent, request } from 'node:http';
import { API_PREFIX, mintToken } from '@cuepoint/server';
import { SECRET } from './tokens.ts';

export interface Served {
  readonly calls: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
  readonly longestMs: number;
  /** One line for each call that was not answered as it should. */
  readonly failures: readonly string[];
}

const TTL_SECONDS = 6 * 3_600;
const PAUSE_MS = 50;

/** A person with one device who does nothing wrong, while others attack. @returns ends it. */
export async function startBystander(address: string): Promise<() => Promise<Served>> {
  const agent = new Agent({ keepAlive: true, maxSockets: 1 });
  const token = await mintToken(
    new TextEncoder().encode(SECRET),
    { userId: randomUUID(), ttlSeconds: TTL_SECONDS },
    Date.now(),
  );
  const latencies: number[] = [];
  const failures: string[] = [];
  const over = new AbortController();

  function call(method: string, path: string, body?: object): Promise<string> {
    return new Promise((resolve, reject) => {
      const text = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${token}`,
        ...(body === undefined
          ? {}
          : { 'content-type': 'application/json', 'content-length': text.length }),
      };
      request(`${address}${API_PREFIX}${path}`, { agent, method, headers }, (response) => {
        let answer = '';
        response.on('data', (chunk) => (answer += String(chunk)));
        response.on('end', () => resolve(`${response.statusCode} ${answer}`));
      })
        .on('error', reject)
        .end(text);
    });
  }

  async function step(seconds: number): Promise<void> {
    const startedAtMs = performance.now();
    const position = { positionSeconds: seconds, durationSeconds: 100_000_000, state: 'playing' };
    const written = await call('PUT', '/progress/film', position);
    const read = await call('GET', '/progress/film');
    latencies.push((performance.now() - startedAtMs) / 2);
    if (!written.startsWith('200 ')) failures.push(written);
    else if (!read.includes(`"positionSeconds":${seconds},`)) failures.push(read);
  }

  const running = (async () => {
    for (let seconds = 1; !over.signal.aborted; seconds += 1) {
      await step(seconds).catch((error: unknown) => failures.push(String(error)));
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
    }
  })();

  return async () => {
    over.abort();
    await running;
    agent.destroy();
    const sorted = latencies.toSorted((a, b) => a - b);
    const at = (share: number) => sorted[Math.floor((sorted.length - 1) * share)] ?? Number.NaN;
    return {
      calls: sorted.length * 2,
      p50Ms: at(0.5),
      p99Ms: at(0.99),
      longestMs: at(1),
      failures: failures.slice(0, 10),
    };
  };
}
