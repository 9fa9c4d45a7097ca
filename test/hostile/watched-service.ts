import { request } from 'node:http';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { startServiceProcess } from '../support/service-process.ts';
import { SECRET } from './tokens.ts';

const WATCH = `--import=${new URL('watch-service.mjs', import.meta.url).href}`;

/** What a service process says of itself. */
export interface ServiceWatch {
  /** Times that one turn of its event loop worked for more than 100 ms of processor time, collections included. */
  readonly stalls: number;
  readonly longestMs: number;
  /** All of them together. */
  readonly stalledMs: number;
  /** How much of that was garbage collection. */
  readonly collectingMs: number;
  /** HTTP requests that began in them: a turn may be long because one is, or because many came at once. */
  readonly stalledRequests: number;
  /** The same by the wall clock, whoever had the processor. */
  readonly gaps: number;
  readonly longestGapMs: number;
  readonly rssMaxBytes: number;
  /** Of JavaScript and what it holds outside. */
  readonly heapBytes: number;
  /** Exceptions and rejections that nobody caught, and warnings of the platform. */
  readonly faults: readonly string[];
}

export interface WatchedService {
  readonly address: string;
  /** Lines that it has logged at the levels `error` and `fatal`, or that are no log. */
  readonly complaints: readonly string[];
  /** Forgets the stalls until now. */
  reset(): Promise<ServiceWatch>;
  /** Collects garbage first. Rejects when the service has ended. */
  collect(): Promise<ServiceWatch>;
  /** @returns the exit code. */
  stop(): Promise<number | null>;
}

const LEVEL_ERROR = 50;
const COMPLAINTS_MAX = 20;

/** `cuepoint serve` under watch, on a schema of its own. */
export async function startWatchedService(
  databaseUrl: string,
  env: Readonly<Record<string, string>> = {},
): Promise<WatchedService> {
  const home = await mkdtemp(path.join(tmpdir(), 'cuepoint-hostile-'));
  const socketPath = path.join(home, 'watch');
  const complaints: string[] = [];
  let isUp = false;
  const service = await startServiceProcess({
    port: 0,
    env: {
      DATABASE_URL: databaseUrl,
      CUEPOINT_JWT_SECRET: SECRET,
      // The rate limit would answer for everything behind it.
      CUEPOINT_RATE_LIMIT: '0',
      HOSTILE_WATCH: socketPath,
      ...env,
      NODE_OPTIONS: `${WATCH} ${env['NODE_OPTIONS'] ?? ''}`,
    },
    onLine(line) {
      if (isUp && isComplaint(line) && complaints.length < COMPLAINTS_MAX) complaints.push(line);
    },
  });
  isUp = true;
  const ask = (what: string) => askAt(socketPath, what);
  return {
    address: service.address,
    complaints,
    reset: () => ask('/reset'),
    collect: () => ask('/collect'),
    async stop() {
      const code = await service.stop();
      await rm(home, { recursive: true, force: true });
      return code;
    },
  };
}

function isComplaint(line: string): boolean {
  try {
    return (JSON.parse(line) as { readonly level: number }).level >= LEVEL_ERROR;
  } catch {
    return !/^( {2}|Stopping|$)/.test(line);
  }
}

function askAt(socketPath: string, url: string): Promise<ServiceWatch> {
  return new Promise((resolve, reject) => {
    request({ socketPath, path: url }, (response) => {
      let text = '';
      response.on('data', (chunk) => (text += String(chunk)));
      response.on('end', () => resolve(JSON.parse(text) as ServiceWatch));
    })
      .on('error', reject)
      .end();
  });
}
