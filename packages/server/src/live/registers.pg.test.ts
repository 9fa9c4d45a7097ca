import { randomUUID } from 'node:crypto';
import { Readable } from 'node:stream';
import { createInterface } from 'node:readline';
import { OPS_PER_PUSH_MAX, REGISTERS_PER_USER_MAX, timestampToText } from '@cuepoint/core';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { importExport } from '../export/import-export.ts';
import type { RawClient } from '../testing/raw-client.ts';
import { createTestLive, type TestLive } from '../testing/test-live.ts';

const env = { CUEPOINT_RATE_LIMIT: '0' };
const DATABASES = [
  { name: 'PGlite', open: () => createTestLive({ env }) },
  { name: 'PostgreSQL', open: () => createTestLive({ databaseUrl: inject('postgresUrl'), env }) },
];

const stamp = (aheadMs = 0) => ({
  timestamp: timestampToText({ physical: Date.now() + aheadMs, logical: 0 }),
});
const register = (name: string, key: string, value: unknown, rest: object = {}) => ({
  kind: 'register.set',
  register: name,
  key,
  value,
  ...stamp(),
  ...rest,
});
const play = (rest: object = {}) => ({
  kind: 'play.add',
  contentId: 'film',
  playId: randomUUID(),
  ...stamp(),
  ...rest,
});

async function push(client: RawClient, ops: readonly unknown[]) {
  const id = randomUUID();
  client.send({ type: 'push', id, ops });
  return (await client.take('ack')).results;
}

describe.each(DATABASES)('registers and plays over a socket, on $name', ({ open }) => {
  let live: TestLive;
  beforeAll(async () => {
    live = await open();
  });
  afterAll(() => live.close());

  it('[REG1] [PLY1] are stored, told live to the other session, and pulled but for plays', async () => {
    const user = await live.api.createUser();
    const [tv, phone] = [await live.greet(user, 'tv'), await live.greet(user, 'phone')];
    const ops = [
      register('watched', 'film', { at: '2026-01-31T20:15:00+02:00', by: { newer: 'client' } }),
      play({ watchedAt: '2026-01-31', source: 'sdk' }),
    ];
    expect(await push(tv, ops)).toEqual([{ result: 'applied' }, { result: 'applied' }]);
    const told = [
      {
        ...ops[0],
        value: { at: '2026-01-31T18:15:00Z', by: { newer: 'client' } },
        deviceId: 'tv',
      },
      { ...ops[1], deviceId: 'tv' },
    ];
    const heard: unknown[] = [];
    while (heard.length < 2) heard.push(...(await phone.take('changes')).ops);
    expect(heard).toEqual(told);
    const pulled = await user.call('GET', '/sync');
    expect(pulled.body.changes).toEqual([told[0]]);
    const tablet = await live.greet(user, 'tablet');
    expect(tablet.received.find(({ type }) => type === 'welcome')).toMatchObject({
      changes: [told[0]],
    });
    expect(await push(tv, ops)).toEqual([{ result: 'duplicate' }, { result: 'duplicate' }]);
    const older = register('watched', 'film', null, { ...stamp(-60_000) });
    expect(await push(phone, [older])).toEqual([{ result: 'superseded', winner: told[0] }]);
    const remove = { kind: 'play.remove', playIds: [told[1]?.['playId' as never]], ...stamp() };
    expect(await push(phone, [remove])).toEqual([{ result: 'applied' }]);
    expect((await tv.take('changes')).ops).toEqual([{ ...remove, deviceId: 'phone' }]);
  });

  it('[REG2] [PLY2] [CLM2] what is no such op is refused with its code and field, and hinders no other', async () => {
    const user = await live.api.createUser();
    const tv = await live.greet(user, 'tv');
    const at = (physical: number) => timestampToText({ physical, logical: 0 });
    const deep = JSON.parse(`${'['.repeat(9)}${']'.repeat(9)}`) as unknown;
    const cases: readonly [object, string, string][] = [
      [register('notes', 'film', 1), 'invalid_register', 'register'],
      [register('rating', '..', 1), 'invalid_register_key', 'key'],
      [register('place', 'film', null), 'invalid_register_key', 'key'],
      [register('rating', 'film', 11), 'invalid_register_value', 'value'],
      [register('x-app', 'k', 'x'.repeat(4_095)), 'invalid_register_value', 'value'],
      [register('x-app', 'k', deep), 'invalid_register_value', 'value'],
      [
        register('x-app', 'k', JSON.parse('{"__proto__":{"polluted":true}}')),
        'invalid_register_value',
        'value',
      ],
      [register('watched', 'film', { at: '2026-02-30' }), 'invalid_date', 'value/at'],
      [register('rating', 'film', 1, { claim: at(Date.now() + 60_000) }), 'invalid_claim', 'claim'],
      [play({ playId: 'play-1' }), 'invalid_play_id', 'playId'],
      [play({ watchedAt: '2026-02-30' }), 'invalid_date', 'watchedAt'],
      [play({ watchedAt: '2026-01-31T20:15:00Z+01:00-02:00' }), 'invalid_date', 'watchedAt'],
      [play({ watchedAt: '2016-12-31T23:59:60Z' }), 'invalid_date', 'watchedAt'],
      [
        { kind: 'play.remove', playIds: [randomUUID(), 'x'], ...stamp() },
        'invalid_play_id',
        'playIds/1',
      ],
      [register('rating', 'film', 1, stamp(3_600_000)), 'clock_ahead', ''],
    ];
    const good = register('rating', 'film', 10);
    const results = await push(tv, [...cases.map(([op]) => op), good]);
    const refused = results
      .slice(0, -1)
      .map(({ result, code, field = '' }) => ({ result, code, field }));
    expect(refused).toEqual(cases.map(([, code, field]) => ({ result: 'rejected', code, field })));
    expect(results.at(-1)).toEqual({ result: 'applied' });
    const { body } = await user.call('GET', '/sync');
    expect(body.changes).toEqual([{ ...good, deviceId: 'tv' }]);
    const polluted = `{"deviceId":"tv","ops":[{"kind":"register.set","register":"x-app","key":"k","value":{"__proto__":1},"timestamp":"${at(Date.now())}"}]}`;
    const answer = await user.call('POST', '/sync', { body: JSON.parse(polluted) as object });
    expect(answer.body.results).toEqual([
      { result: 'rejected', code: 'invalid_register_value', field: 'value' },
    ]);
    expect((await user.call('GET', '/sync')).body.changes).toHaveLength(1);
  });

  it('[REG3] a user with 20,000 registers may change them, and make none but of what is watched', async () => {
    const user = await live.api.createUser();
    const tv = await live.greet(user, 'tv');
    for (let start = 0; start < REGISTERS_PER_USER_MAX; start += OPS_PER_PUSH_MAX) {
      const ops = Array.from({ length: OPS_PER_PUSH_MAX }, (_, index) =>
        register('x-app', `key-${start + index}`, 1),
      );
      const results = await push(tv, ops);
      expect(results.filter(({ result }) => result !== 'applied')).toEqual([]);
    }
    const one = (index: number) => register('x-more', `new-${index}`, index);
    // They are counted behind a write, at the latest after a thousand.
    let refused: unknown;
    for (let turn = 0; turn < 12 && refused === undefined; turn += 1) {
      const ops = Array.from({ length: 200 }, (_, index) => one(turn * 200 + index));
      refused = (await push(tv, ops)).find(({ result }) => result === 'rejected');
    }
    expect(refused).toEqual({ result: 'rejected', code: 'quota_exceeded' });
    expect(
      await push(tv, [
        register('x-app', 'key-7', 'changed'),
        register('watched', 'film', { at: null }),
        register('content', 'film', { type: 'movie' }),
        register('rating', 'another', 1),
        play(),
      ]),
    ).toEqual([
      { result: 'applied' },
      { result: 'applied' },
      { result: 'applied' },
      { result: 'rejected', code: 'quota_exceeded' },
      { result: 'applied' },
    ]);
  });

  it('[REG1] [PLY1] are exported and come back the same', async () => {
    const [user, other] = [await live.api.createUser(), await live.api.createUser()];
    const tv = await live.greet(user, 'tv');
    const removed = play({ source: 'sdk' });
    await push(tv, [
      register('preference', 'autoplay', { on: true, of: ['a', 1.5, null] }),
      register('rating', 'film', null),
      play({ watchedAt: '2026-01-31' }),
      removed,
      { kind: 'play.remove', playIds: [removed.playId, randomUUID()], ...stamp() },
    ]);
    const exported = await user.call('GET', '/export');
    const lines = createInterface({ input: Readable.from([exported.text]) });
    const report = await importExport(live.api.parts.repository, lines, { userId: other.userId });
    // The device, too.
    expect(report).toMatchObject({ merged: 6, changed: 6, badCount: 0, complete: true });
    const withoutHeader = (text: string) => text.slice(text.indexOf('\n'));
    const copied = await other.call('GET', '/export');
    expect(withoutHeader(copied.text)).toBe(withoutHeader(exported.text));
  });

  it.each([
    ['{"type":"register","register":"rating","key":"f","value":11,%s}', 'invalid_register_value'],
    [
      '{"type":"register","register":"watched","key":"f","value":{"at":"2026-02-30"},%s}',
      'invalid_date',
    ],
  ])(
    '[REG2] a line of an export that no device could write is a bad line: %s',
    async (line, code) => {
      const rest =
        '"timestamp":"019b76daa800-0000","deviceId":"tv","updatedAt":"2026-01-01T00:00:00.000Z"';
      const text = `${line.replace('%s', rest)}\n`;
      const user = await live.api.createUser();
      const lines = createInterface({ input: Readable.from([text]) });
      const report = await importExport(live.api.parts.repository, lines, { userId: user.userId });
      expect(report).toMatchObject({ merged: 0, badCount: 1, bad: [{ code }] });
    },
  );
});
