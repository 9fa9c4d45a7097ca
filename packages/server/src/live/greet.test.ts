import { PROTOCOL_VERSION, type Hello } from '@cuepoint/core';
import type { ChangesPage } from '@cuepoint/store';
import { expect, it } from 'vitest';
import { ManualClock } from '../../../../test/support/manual-clock.ts';
import { createMemoryFeed } from '../feed/memory-feed.ts';
import { createScriptedChannel } from '../testing/scripted-channel.ts';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { createUserRates } from '../service/user-rates.ts';
import { greet } from './greet.ts';
import type { Presence } from './presence.ts';

const HELLO: Hello = {
  type: 'hello',
  protocol: PROTOCOL_VERSION,
  token: 'token',
  device: { deviceId: 'tv', deviceType: 'TV', platform: 'Tizen', appVersion: '1' },
};
const DATABASE_AHEAD_MS = 1_000_000;

it('[LIV8] knows which of two sockets came first where a database that stood still answers both at once', async () => {
  const clock = new ManualClock();
  const { channels } = createScriptedChannel();
  let answer: () => void = () => undefined;
  const isBack = new Promise<void>((resolve) => {
    answer = resolve;
  });
  const deps: Parameters<typeof greet>[0] = {
    channels,
    feed: createMemoryFeed(),
    presence: { arrived: () => undefined } as unknown as Presence,
    repository: {
      loadDevices: async () => [{ ...HELLO.device, lastSeenAtMs: 0 }] as never,
      isDeviceRevoked: async () => false,
      countDevices: async () => 1,
      async readChanges(): Promise<ChangesPage> {
        await isBack;
        const readAtMs = clock.now() + DATABASE_AHEAD_MS;
        return { ops: [], cursor: 'c', resync: false, readAtMs } as unknown as ChangesPage;
      },
    },
    verifier: {
      verify: async () => ({
        userId: 'user',
        deviceId: undefined,
        scopes: new Set(),
        expiresAtMs: Number.POSITIVE_INFINITY,
      }),
    },
    inTurn: (_userId, read) => read(),
    rates: createUserRates(0, clock.now),
    devicesPerUser: 10,
    socketsPerUser: 10,
    now: clock.now,
    monotonic: clock.now,
    onWelcomed: () => undefined,
  };
  const openedAtMs = clock.now();
  const earlier = new ScriptedSession({ id: 'earlier', openedAtMs });
  const greetings = [greet(deps, earlier.session, HELLO)];
  await clock.advance(3_000);
  const later = new ScriptedSession({ id: 'later', openedAtMs: clock.now() });
  greetings.push(greet(deps, later.session, HELLO));
  await clock.advance(7_000);
  answer();
  await Promise.all(greetings);
  const joined = [earlier.session.joinedAtMs, later.session.joinedAtMs];
  expect(joined).toEqual([openedAtMs + DATABASE_AHEAD_MS, openedAtMs + DATABASE_AHEAD_MS + 3_000]);
});
