import { expect, it } from 'vitest';
import { isCuepointError } from '@cuepoint/core';
import { createScriptedDatabase, sqlError } from '../testing/scripted-database.ts';
import { drainMicrotasks, TestClock } from '../testing/test-clock.ts';
import { createGroupCommit } from './group-commit.ts';
import type { Lane } from './lane.ts';
import { DEFAULT_GROUP_COMMIT_OPTIONS } from './options.ts';

const USER = '00000000-0000-4000-8000-000000000000';

function setup(onSettle: () => unknown = () => undefined) {
  const clock = new TestClock();
  const scripted = createScriptedDatabase();
  const lane: Lane<number, 'kept'> = {
    name: 'progress',
    order: 0,
    debounced: true,
    isCaughtUp: true,
    hasFloor: false,
    fold: (_first, second) => second,
    weigh: () => 100,
    statement: (rows) => ({ name: 'any', params: [rows.length] }),
    valuesStatements: () => [],
    isRefused: () => false,
    async settle(rows) {
      await onSettle();
      for (const row of rows) {
        for (const { submission } of row.contributions) submission.settleRow('kept');
      }
    },
    refuse: ({ submission }) => submission.settleRow('kept'),
  };
  const commits = createGroupCommit(
    {
      database: scripted.database,
      now: clock.now,
      monotonic: clock.now,
      random: () => 0.5,
      setTimer: clock.setTimer,
      observer: {},
    },
    DEFAULT_GROUP_COMMIT_OPTIONS,
  );
  const submit = (key: string, userId = USER) =>
    commits.submit(userId, [{ lane, userId, key, value: 1 }]);
  const rowsInFlight = () => scripted.pending.map(({ statements }) => statements[0]?.params[0]);
  return { scripted, commits, submit, rowsInFlight, clock };
}

it('[GC2] the next batch is on its way before the callers of the last one are answered', async () => {
  const begunAtSettle: number[] = [];
  const { scripted, submit } = setup(() => begunAtSettle.push(scripted.begun));
  const first = submit('a');
  await drainMicrotasks();
  const second = submit('b');
  scripted.pending[0]?.succeed();
  await first;
  expect(begunAtSettle).toEqual([2]);
  scripted.automatic();
  await second;
});

it('[GC2] a burst leaves in two halves, so that one is on its way while the other is answered', async () => {
  const { scripted, submit, rowsInFlight } = setup();
  const userOf = (index: number) => `${USER.slice(0, -3)}${String(index % 200).padStart(3, '0')}`;
  const burst = Array.from({ length: 1_000 }, (_, key) => submit(`k${key}`, userOf(key)));
  await drainMicrotasks();
  expect(rowsInFlight()).toEqual([500]);
  scripted.pending[0]?.succeed();
  await drainMicrotasks();
  expect(rowsInFlight()).toEqual([500]);
  scripted.automatic();
  await Promise.all(burst);
  expect(scripted.begun).toBe(2);
});

it('[GC2] a small burst is one batch', async () => {
  const { scripted, submit, rowsInFlight } = setup();
  const burst = Array.from({ length: 100 }, (_, key) => submit(`k${key}`));
  await drainMicrotasks();
  expect(rowsInFlight()).toEqual([100]);
  scripted.automatic();
  await Promise.all(burst);
});

it('[GC5] who sends again as soon as it is answered finds the room that its change left', async () => {
  const { scripted, commits, submit } = setup();
  const backlogAfterAck = submit('a').then(() => commits.stats().backlogChanges);
  await drainMicrotasks();
  scripted.pending[0]?.succeed();
  expect(await backlogAfterAck).toBe(0);
});

it('[GC7] stop waits for callers who are still being told', async () => {
  let tell = () => {};
  const telling = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const { scripted, commits, submit } = setup(() => telling);
  const ack = submit('a');
  await drainMicrotasks();
  let isStopped = false;
  const stopped = commits.stop().then(() => {
    isStopped = true;
  });
  scripted.automatic();
  await drainMicrotasks();
  expect(isStopped).toBe(false);
  tell();
  await Promise.all([ack, stopped]);
});

it('[GC6] what is committed is never written again: only the reading of its outcome is retried', async () => {
  let failures = 2;
  const { scripted, submit, clock } = setup(() => {
    failures -= 1;
    if (failures >= 0) throw new Error('timeout exceeded when trying to connect');
  });
  const ack = submit('a');
  await drainMicrotasks();
  scripted.pending[0]?.succeed();
  await clock.advance(100);
  expect(await ack).toBe('kept');
  expect(scripted.begun).toBe(1);
});

it.each([
  ['the connection', new Error('Connection terminated unexpectedly')],
  ['an SQLSTATE of data', sqlError('22P02')],
])('[GC6] who cannot be told hears outcome_unknown, never a refusal: %s', async (_what, error) => {
  const { scripted, submit, clock } = setup(() => {
    throw error;
  });
  const ack = submit('a').catch((reason: unknown) => reason);
  await drainMicrotasks();
  scripted.pending[0]?.succeed();
  await clock.advance(60_000);
  expect(isCuepointError(await ack, 'outcome_unknown')).toBe(true);
  expect(scripted.begun).toBe(1);
});

it('[GC5] while callers wait to be told no more than one further batch is committed', async () => {
  let tell = () => {};
  const telling = new Promise<void>((resolve) => {
    tell = resolve;
  });
  const { scripted, submit } = setup(() => telling);
  scripted.automatic();
  const acks: Promise<unknown>[] = [];
  for (let batch = 0; batch < 5; batch += 1) {
    acks.push(submit(`k${batch}`));
    await drainMicrotasks();
  }
  expect(scripted.begun).toBe(2);
  tell();
  await Promise.all(acks);
  expect(scripted.begun).toBe(3);
});
