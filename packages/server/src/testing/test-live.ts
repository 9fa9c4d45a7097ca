import type { Socket } from 'node:net';
import { LiveDevice, type LiveDeviceOptions } from '../../../../test/support/live-device.ts';
import type { ManualClock } from '../../../../test/support/manual-clock.ts';
import { mintToken, type TokenRequest } from '../auth/mint-token.ts';
import { RawClient, type HelloOptions } from './raw-client.ts';
import {
  createTestApi,
  TEST_SECRET,
  type TestApi,
  type TestApiOptions,
  type TestUser,
} from './test-api.ts';

export interface TestLiveOptions extends TestApiOptions {
  /** Moves the service, its tokens and the devices; without it time is real. */
  readonly clock?: ManualClock;
  /** Of durations, in ms; default the platform's, or the clock. */
  readonly monotonic?: () => number;
}

/** What this instance holds, as its metrics tell. */
export interface HeldHere {
  readonly sockets: number;
  readonly users: number;
}

/** One instance of the service that listens, and the devices that tests connect to it. */
export interface TestLive {
  readonly api: TestApi;
  /** Of the WebSocket. */
  readonly url: string;
  /** The service's side of every connection, in the order in which they came. */
  readonly connections: readonly Socket[];
  token(request: Omit<TokenRequest, 'ttlSeconds'> & { ttlSeconds?: number }): Promise<string>;
  /** A device that has caught up once; it leaves when the instance closes. */
  connect(
    user: TestUser,
    deviceId: string,
    options?: Partial<LiveDeviceOptions>,
  ): Promise<LiveDevice>;
  /** A bare socket. */
  open(): Promise<RawClient>;
  /** A bare socket that was welcomed, and told who is there. */
  greet(user: TestUser, deviceId: string, options?: HelloOptions): Promise<RawClient>;
  held(): Promise<HeldHere>;
  /** Resolves once it holds nothing any more. */
  untilIdle(): Promise<void>;
  close(): Promise<void>;
}

/** When the monotonic clock of a driven clock stood at 0: who takes one clock for the other is far off. [OPS2] */
const MONOTONIC_ZERO_MS = 1_000_000_000_000;
const STOP_STEP_MS = 20;
const ASKED_MAX = 20_000;

export async function createTestLive(options: TestLiveOptions): Promise<TestLive> {
  const { clock, monotonic, wrap } = options;
  const now = clock?.now ?? options.now ?? Date.now;
  const api = await createTestApi({
    ...options,
    now,
    wrap: (parts) => ({
      ...(monotonic === undefined ? {} : { monotonic }),
      ...(clock === undefined
        ? {}
        : { setTimer: clock.setTimer, monotonic: () => clock.now() - MONOTONIC_ZERO_MS }),
      ...wrap?.(parts),
    }),
  });
  const connections: Socket[] = [];
  api.app.server.on('connection', (socket: Socket) => connections.push(socket));
  const address = await api.app.listen({ host: '127.0.0.1', port: 0 });
  const url = `${address.replace('http', 'ws')}/api/v1/ws`;
  const devices: LiveDevice[] = [];
  const secret = new TextEncoder().encode(TEST_SECRET);

  async function held(): Promise<HeldHere> {
    const text = await api.parts.metrics.registry.metrics();
    return { sockets: gauge(text, 'cuepoint_sockets'), users: gauge(text, 'cuepoint_live_users') };
  }

  return {
    api,
    url,
    connections,
    token: (request) => mintToken(secret, { ttlSeconds: 600, ...request }, now()),
    async connect({ token }, deviceId, more = {}) {
      const device = await LiveDevice.connect({ url, token, deviceId, now, ...more });
      devices.push(device);
      return device;
    },
    open: () => RawClient.open(url),
    async greet({ token }, deviceId, more) {
      const client = await RawClient.open(url);
      client.hello(token, deviceId, more);
      await client.take('presence');
      return client;
    },
    held,
    async untilIdle() {
      for (let asked = 0; asked < ASKED_MAX; asked += 1) {
        const { sockets, users } = await held();
        if (sockets === 0 && users === 0) return;
        await clock?.advance(1_000);
        await new Promise((resolve) => {
          setImmediate(resolve);
        });
      }
      throw new Error(`still held: ${JSON.stringify(await held())}`);
    },
    async close() {
      await Promise.all(devices.map((device) => device.leave()));
      const closing = api.close();
      await (clock === undefined ? closing : clock.advanceUntil(closing, STOP_STEP_MS));
    },
  };
}

function gauge(text: string, name: string): number {
  return Number(new RegExp(`^${name} (\\d+)$`, 'm').exec(text)?.[1]);
}
