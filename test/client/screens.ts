import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import {
  bindVideo,
  createWatchState,
  type BindVideoOptions,
  type WatchState,
} from '@cuepoint/client';
import type { WireOp } from '@cuepoint/core';
import { inject } from 'vitest';
import { WebSocket } from 'ws';
import { FakeMedia } from '../../packages/client/src/testing/fake-media.ts';
import { FakeStorage } from '../../packages/client/src/testing/fake-storage.ts';
import { mintToken } from '../../packages/server/src/auth/mint-token.ts';
import { readConfig } from '../../packages/server/src/config/config.ts';
import { createLogger } from '../../packages/server/src/http/logger.ts';
import { createService } from '../../packages/server/src/service/create-service.ts';
import { TEST_SECRET } from '../../packages/server/src/testing/test-api.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { until } from './support.ts';

export const ENGINES = ['PGlite', 'PostgreSQL'] as const;

const DAY_MS = 86_400_000;
const TICK_MS = 10_000;

/** A service that runs for many evenings: its clock, and that of every screen, moves when a test says so. */
export interface Street {
  /** The next evening, of another person. @param startsAt such as `22:00`, by UTC. */
  begin(startsAt: string, lengthSeconds: number): Promise<Evening>;
  close(): Promise<void>;
}

export async function openStreet(engine: (typeof ENGINES)[number]): Promise<Street> {
  const clock = new ManualClock(Date.UTC(2026, 2, 6));
  const dataDir = await mkdtemp(path.join(tmpdir(), 'cuepoint-evenings-'));
  const env = {
    PORT: '0',
    CUEPOINT_JWT_SECRET: TEST_SECRET,
    CUEPOINT_DATA_DIR: dataDir,
    ...(engine === 'PostgreSQL' && {
      DATABASE_URL: inject('postgresUrl'),
      CUEPOINT_DATABASE_SCHEMA: `evenings_${randomUUID().replaceAll('-', '')}`,
    }),
  };
  const service = createService({
    config: readConfig({ env, readFile: () => '' }),
    logger: createLogger('silent'),
    writeAudit: () => undefined,
    now: clock.now,
    random: () => 0,
    randomUuid: randomUUID,
  });
  const { address } = await service.start();
  return {
    async begin(startsAt, lengthSeconds) {
      const today = new Date(clock.now()).toISOString().slice(0, 10);
      const untilMs = Date.parse(`${today}T${startsAt}:00Z`) - clock.now();
      await clock.advance(untilMs < 0 ? untilMs + DAY_MS : untilMs);
      const secret = new TextEncoder().encode(TEST_SECRET);
      const request = { userId: randomUUID(), ttlSeconds: DAY_MS / 1_000 };
      return new Evening(
        clock,
        lengthSeconds,
        address,
        await mintToken(secret, request, clock.now()),
      );
    },
    async close() {
      await service.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** One evening of a person in front of several screens. */
export class Evening {
  readonly clock: ManualClock;
  readonly film = 'film:metropolis';
  readonly lengthSeconds: number;
  readonly #screens = new Set<Screen>();
  readonly #address: string;
  readonly #token: string;

  constructor(clock: ManualClock, lengthSeconds: number, address: string, token: string) {
    this.clock = clock;
    this.lengthSeconds = lengthSeconds;
    this.#address = address;
    this.#token = token;
  }

  /** A screen of the person that is on and has caught up. */
  async turnOn(deviceId: string): Promise<Screen> {
    const told: WireOp[] = [];
    const sockets: WebSocket[] = [];
    let isOn = true;
    const state = await createWatchState({
      url: this.#address,
      getToken: () => this.#token,
      device: { deviceId, deviceType: 'TV', platform: 'test', appVersion: '1' },
      storage: new FakeStorage(),
      createSocket(url) {
        if (!isOn) throw new Error('the plug is out');
        const socket = new WebSocket(url);
        const send = socket.send.bind(socket);
        socket.send = (text: string) => {
          const message: { type: string; ops?: WireOp[] } = JSON.parse(text);
          told.push(...(message.type === 'push' ? (message.ops ?? []) : []));
          send(text);
        };
        sockets.push(socket);
        return socket;
      },
      environment: { now: this.clock.now, monotonic: this.clock.now },
    });
    const screen = new Screen(this, state, told, (on) => {
      isOn = on;
      if (on) state.reconnect();
      else for (const socket of sockets) socket.terminate();
    });
    this.#screens.add(screen);
    await screen.until(() => state.status.get().isOnline);
    return screen;
  }

  /** Time passes for everybody: what plays goes on, second by second. */
  async pass(minutes: number): Promise<void> {
    for (let ticks = 0; ticks < (minutes * 60_000) / TICK_MS; ticks += 1) {
      for (const screen of this.#screens) screen.playOn(TICK_MS / 1_000);
      await this.clock.advance(TICK_MS);
      // What they said in these ten seconds is there before they say more.
      for (const { isOnline, state } of this.#screens) if (isOnline) await state.whenDurable();
    }
  }

  /** What the service says that was played. */
  async history(): Promise<unknown[]> {
    const headers = { authorization: `Bearer ${this.#token}` };
    const answer = await fetch(`${this.#address}/api/v1/history`, { headers });
    return ((await answer.json()) as { items: unknown[] }).items;
  }

  off(screen: Screen): void {
    this.#screens.delete(screen);
  }

  async end(): Promise<void> {
    await Promise.all([...this.#screens].map(({ state }) => state.close()));
  }
}

/** A device with a player. */
export class Screen {
  readonly state: WatchState;
  readonly #told: readonly WireOp[];
  readonly #evening: Evening;
  readonly #plug: (isOn: boolean) => void;
  #media = new FakeMedia();

  constructor(
    evening: Evening,
    state: WatchState,
    told: readonly WireOp[],
    plug: (isOn: boolean) => void,
  ) {
    this.#evening = evening;
    this.state = state;
    this.#told = told;
    this.#plug = plug;
  }

  /** Every op that it sent of a kind. */
  told(kind: WireOp['kind']): readonly WireOp[] {
    return this.#told.filter((op) => op.kind === kind);
  }

  get isOnline(): boolean {
    return this.state.status.get().isOnline;
  }

  /** Where it would go on. */
  get resumes(): number {
    return this.state.progress.resume(this.#evening.film);
  }

  /** Where other screens were. */
  get places() {
    return this.state.progress.places(this.#evening.film);
  }

  /** What it shows of the film. */
  get at() {
    return this.state.progress.get(this.#evening.film);
  }

  get media(): FakeMedia {
    return this.#media;
  }

  /** The person opens a content, and presses play where nothing else is said. */
  async watch(options: Partial<BindVideoOptions> = {}): Promise<void> {
    const { clock, film, lengthSeconds } = this.#evening;
    this.#media = new FakeMedia();
    bindVideo(this.state, this.#media, {
      contentId: film,
      environment: { setTimer: clock.setTimer, onSignal: () => () => undefined },
      ...options,
    });
    this.#media.load(lengthSeconds);
    await this.#media.play();
  }

  playOn(seconds: number): void {
    const media = this.#media;
    if (media.paused) return;
    if (media.currentTime + seconds < media.duration) media.playTo(media.currentTime + seconds);
    else media.playToEnd();
  }

  until(holds: () => boolean): Promise<void> {
    return until(this.state, holds);
  }

  /** Knows that another screen was there last. */
  untilMovedBy(deviceId: string): Promise<void> {
    return this.until(() => this.at?.deviceId === deviceId);
  }

  setNetwork(isOn: boolean): void {
    this.#plug(isOn);
  }

  /** The power is gone. */
  async losePower(): Promise<void> {
    this.#plug(false);
    this.#evening.off(this);
    await this.state.close();
  }
}
