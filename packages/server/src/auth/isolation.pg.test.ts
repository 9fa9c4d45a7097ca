import { randomUUID } from 'node:crypto';
import { get, type IncomingMessage } from 'node:http';
import { createInterface } from 'node:readline';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { createMemoryBus, createMemoryFeed } from '../feed/memory-feed.ts';
import type { RawClient } from '../testing/raw-client.ts';
import type { TestUser } from '../testing/test-api.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

/** A user whose every write carries a mark, and who shares everything else with the other one. */
interface Viewer {
  readonly name: string;
  readonly user: TestUser;
  /** In every position of theirs, and in no other. */
  readonly durationSeconds: number;
  readonly tv: RawClient;
  readonly phone: RawClient;
  /** Lines of the inspector's tail. */
  readonly tail: Tail;
}

interface Tail {
  readonly lines: string[];
  untilTold(text: string): Promise<void>;
}

const ROUNDS = 12;
const LAST = ROUNDS - 1;
const DURATIONS: Readonly<Record<string, number>> = {
  'alice-mark': 111_111_112,
  'bob-mark': 222_222_221,
};
/** The same for both: a tag, a stamp, a device and a content are of one user alone. */
const tags = Array.from({ length: ROUNDS }, () => randomUUID());
const beganAtMs = Date.now();

let here: TestLive;
let there: TestLive;
let admin: TestUser;
let alice: Viewer;
let bob: Viewer;
const aborts: AbortController[] = [];
/** What every read answered in the middle of the traffic. */
const readMeanwhile: { readonly viewer: Viewer; readonly path: string; readonly text: string }[] =
  [];
const cursors = new Map<Viewer, string>();

const READ_PATHS: readonly string[] = [
  '/watchlist',
  '/watchlist?limit=1',
  '/progress',
  '/progress?status=in_progress',
  '/progress/shared-0',
  '/devices',
  '/devices/tv',
  '/sync',
  '/export',
];

beforeAll(async () => {
  const databaseUrl = inject('postgresUrl');
  const bus = createMemoryBus();
  // One writer: both users' changes share every batch.
  const env = { CUEPOINT_WRITE_CONNECTIONS: '1' };
  here = await createTestLive({ databaseUrl, env, feed: createMemoryFeed({ bus }) });
  const { schema } = here.api.database;
  there = await createTestLive({ databaseUrl, env, schema, feed: createMemoryFeed({ bus }) });
  admin = await here.api.createUser({ scopes: ['cuepoint:admin'] });
  [alice, bob] = await Promise.all([arrive('alice-mark'), arrive('bob-mark')]);
  for (let round = 0; round < ROUNDS; round += 1) {
    await Promise.all([alice, bob].map((viewer) => writeAndRead(viewer, round)));
  }
  await Promise.all([alice, bob].map(untilHeard));
});
afterAll(async () => {
  for (const abort of aborts) abort.abort();
  await there.close();
  await here.close();
});

async function arrive(name: string): Promise<Viewer> {
  const user = await here.api.createUser();
  const device = { deviceName: `screen of ${name}` };
  const tv = await here.greet(user, 'tv', { device });
  const phone = await there.greet(user, 'phone', { device });
  const durationSeconds = DURATIONS[name] ?? 0;
  return { name, user, durationSeconds, tv, phone, tail: await openTail(user.userId) };
}

/** By every way to write, beside the other user's same round; and what is read at that moment. */
async function writeAndRead(viewer: Viewer, round: number): Promise<void> {
  const { name, user, durationSeconds, tv, phone } = viewer;
  const position = { positionSeconds: round + 1, durationSeconds, state: 'paused' };
  const { token } = user;
  const stamp = (counter: number) => timestampOf(round, counter);
  tv.send({
    type: 'push',
    id: `${round}`,
    ops: [
      {
        kind: 'watchlist.add',
        contentId: `${name}-tv-${round}`,
        tag: tags[round],
        timestamp: stamp(0),
      },
      { kind: 'progress.set', contentId: `shared-${round}`, ...position, timestamp: stamp(1) },
    ],
  });
  phone.send({
    type: 'push',
    id: `${round}`,
    ops: [
      { kind: 'progress.set', contentId: 'everywhere', ...position, timestamp: stamp(2) },
      {
        kind: 'progress.set',
        contentId: `${name}-phone-${round}`,
        ...position,
        timestamp: stamp(3),
      },
    ],
  });
  await Promise.all([
    user.call('PUT', `/watchlist/shared-${round}`),
    there.api.call('PUT', '/progress/everywhere', { token, body: position }),
    there.api.call('PUT', `/watchlist/${name}-http-${round}`, { token }),
    pull(viewer),
    ...READ_PATHS.map(async (path) => {
      const { text } = await user.call('GET', path);
      readMeanwhile.push({ viewer, path, text });
    }),
  ]);
  if (round !== LAST - 1) return;
  cursors.set(viewer, (await user.call('GET', '/sync')).body.cursor);
}

/** A push over HTTP that loses, and so is told what is stored. */
async function pull({ user }: Viewer): Promise<string> {
  const op = { kind: 'progress.clear', contentId: 'shared-0', timestamp: '000000000001-0000' };
  return (await user.call('POST', '/sync', { body: { deviceId: 'tv', ops: [op] } })).text;
}

async function untilHeard({ name, tv, phone, tail }: Viewer): Promise<void> {
  const hasHeard = (client: RawClient, contentId: string) => () =>
    client.received.some((message) => JSON.stringify(message).includes(contentId));
  await tv.until(hasHeard(tv, `${name}-phone-${LAST}`));
  await phone.until(hasHeard(phone, `${name}-tv-${LAST}`));
  await tail.untilTold(`${name}-tv-${LAST}`);
}

/** Fails when a text holds anything of the other user, or nothing of their own. */
function expectOwn(viewer: Viewer, text: string): void {
  const other = viewer === alice ? bob : alice;
  expect(marksIn(text, other)).toEqual([]);
  expect(marksIn(text, viewer)).not.toEqual([]);
}

function marksIn(text: string, { name, user, durationSeconds }: Viewer): string[] {
  const marks = [name, user.userId, String(durationSeconds)];
  return marks.filter((mark) => text.includes(mark));
}

const both = (): readonly (readonly [Viewer, Viewer])[] => [
  [alice, bob],
  [bob, alice],
];

describe('of two users who write at the same time, each is shown their own', () => {
  it.each(READ_PATHS)('[SQL7] by GET %s', async (path) => {
    for (const [viewer] of both()) expectOwn(viewer, (await viewer.user.call('GET', path)).text);
  });

  it('[SQL7] also in the middle of it', () => {
    expect(readMeanwhile).toHaveLength(2 * ROUNDS * READ_PATHS.length);
    for (const { viewer, text } of readMeanwhile) {
      expect(marksIn(text, viewer === alice ? bob : alice)).toEqual([]);
    }
  });

  it('[GC3] and all of it: what both write to the same content never folds into one', async () => {
    for (const [{ user, durationSeconds }] of both()) {
      expect((await user.call('GET', '/watchlist?limit=1000')).body.total).toBe(3 * ROUNDS);
      const { total, items } = (await user.call('GET', '/progress?limit=1000')).body;
      expect(total).toBe(2 * ROUNDS + 1);
      const durations = items.map((item: { durationSeconds: number }) => item.durationSeconds);
      expect(new Set(durations)).toEqual(new Set([durationSeconds]));
    }
  });

  it("[CUR1] by /sync since a cursor, the other's as well", async () => {
    for (const [viewer, other] of both()) {
      for (const one of [viewer, other]) {
        const cursor = encodeURIComponent(cursors.get(one) ?? '');
        const answer = await viewer.user.call('GET', `/sync?cursor=${cursor}`);
        expect(answer.body.resync).toBe(false);
        expectOwn(viewer, answer.text);
      }
    }
  });

  it('[SQL7] by the winner of a push that lost', async () => {
    for (const [viewer] of both()) {
      const text = await pull(viewer);
      expect(JSON.parse(text)).toMatchObject({
        results: [{ winner: { durationSeconds: viewer.durationSeconds } }],
      });
      expectOwn(viewer, text);
    }
  });

  it('[SEC1] by the live changes, acks and presence of every device', () => {
    for (const [viewer] of both()) {
      for (const client of [viewer.tv, viewer.phone]) {
        for (const type of ['welcome', 'presence', 'changes', 'ack'] as const) {
          expect(client.count(type)).toBeGreaterThan(0);
        }
        expectOwn(viewer, JSON.stringify(client.received));
        const told = client.received.filter(({ type }) => type === 'presence');
        expectOwn(viewer, JSON.stringify(told));
      }
    }
  });

  it.each(['without a cursor', "with the other's cursor"])(
    '[SEC1] by a welcome %s',
    async (which) => {
      for (const [viewer, other] of both()) {
        const cursor = cursors.get(other) ?? '';
        const more = which === 'without a cursor' ? {} : { cursor };
        const client = await there.greet(viewer.user, 'browser', more);
        expectOwn(viewer, JSON.stringify(client.received));
        await client.close();
      }
    },
  );

  it('[SEC1] by a command to a device that both have, under an id that both use', async () => {
    for (const { phone, name } of [alice, bob]) {
      const command = { action: 'load', contentId: `${name}-command` };
      phone.send({ type: 'command', id: 'same', to: 'tv', command });
    }
    for (const [viewer] of both()) {
      const { tv, phone, name } = viewer;
      const asked = await tv.take('command');
      expect(asked.command).toMatchObject({ contentId: `${name}-command` });
      tv.send({ type: 'commandResult', id: asked.id, outcome: 'refused', reason: `by ${name}` });
      expect(await phone.take('commandResult')).toMatchObject({ id: 'same', reason: `by ${name}` });
      expect([tv.count('command'), phone.count('command')]).toEqual([1, 0]);
    }
  });

  it('[SEC1] by the inspector and its tail, to whoever may look', async () => {
    for (const [viewer] of both()) {
      expectOwn(viewer, (await admin.call('GET', `/inspector/users/${viewer.user.userId}`)).text);
      expectOwn(viewer, viewer.tail.lines.join('\n'));
    }
  });
});

describe('of two users, nobody changes', () => {
  it("[SQL7] what is the other's, by a tag of theirs or by an erasure", async () => {
    const before = await changesOf(bob);
    const { items } = (await bob.user.call('GET', '/watchlist?limit=1000')).body;
    const ops = items.map(({ contentId, tags: named }: { contentId: string; tags: string[] }) => ({
      kind: 'watchlist.remove',
      contentId,
      tags: named,
      timestamp: timestampOf(ROUNDS, 0),
    }));
    const pushed = await alice.user.call('POST', '/sync', { body: { deviceId: 'tv', ops } });
    expect(pushed.body.results).toHaveLength(3 * ROUNDS);
    expect(await changesOf(bob)).toBe(before);
    expect((await alice.user.call('DELETE', '/user')).status).toBe(204);
    await Promise.all([alice.tv.untilClosed(), alice.phone.untilClosed()]);
    expect(await changesOf(bob)).toBe(before);
    for (const client of [bob.tv, bob.phone]) {
      client.send({ type: 'push', id: 'alive', ops: [] });
      await client.until(() =>
        client.received.some((message) => message.type === 'ack' && message.id === 'alive'),
      );
    }
  });
});

async function changesOf({ user }: Viewer): Promise<string> {
  return JSON.stringify((await user.call('GET', '/sync')).body.changes);
}

async function openTail(userId: string): Promise<Tail> {
  const abort = new AbortController();
  aborts.push(abort);
  const url = `${here.url.replace('ws:', 'http:').replace('/ws', '')}/inspector/users/${userId}/ops`;
  const headers = { authorization: `Bearer ${admin.token}` };
  const answer = await new Promise<IncomingMessage>((resolve, reject) => {
    get(url, { agent: false, headers, signal: abort.signal }, resolve).on('error', reject);
  });
  answer.on('error', () => undefined);
  const read = createInterface({ input: answer })[Symbol.asyncIterator]();
  const lines: string[] = [];
  return {
    lines,
    async untilTold(text) {
      while (!lines.some((line) => line.includes(text))) {
        const next = await read.next();
        if (next.done === true) throw new Error(`the tail ended before it told of ${text}`);
        lines.push(next.value);
      }
    },
  };
}

/** The same for both users, and later with each round. */
function timestampOf(round: number, counter: number): string {
  const physical = (beganAtMs + round).toString(16).padStart(12, '0');
  return `${physical}-${counter.toString(16).padStart(4, '0')}`;
}
