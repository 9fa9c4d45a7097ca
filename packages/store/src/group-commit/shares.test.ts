import { CuepointError } from '@cuepoint/core';
import { expect, test } from 'vitest';
import { drainMicrotasks } from '../testing/test-clock.ts';
import { createTestCommits as setup } from '../testing/test-commits.ts';

const userOf = (index: number): string =>
  `00000000-0000-4000-8000-${String(index).padStart(12, '0')}`;
const QUIET = userOf(99);

/** What became of a change that is refused at once, or `undefined` while it waits. */
async function refusalOf(change: Promise<unknown>): Promise<CuepointError | undefined> {
  let refusal: CuepointError | undefined;
  change.catch((error: CuepointError) => {
    refusal = error;
  });
  await drainMicrotasks();
  return refusal;
}

/** The users of the batch in flight, and how many rows each has in it. */
function sharesOf(values: unknown): Record<number, number> {
  const shares: Record<number, number> = {};
  for (const value of values as number[]) shares[value] = (shares[value] ?? 0) + 1;
  return shares;
}

test('[GC9] who comes behind nine floods is in the next batch, whose rows each user has a share of', async () => {
  const { scripted, submit } = setup({ batchMaxRows: 100, batchMaxRowsPerUser: 8 });
  const acks = Array.from({ length: 900 }, (_, index) =>
    submit(`key ${index}`, index % 9, userOf(index % 9)),
  );
  await drainMicrotasks();
  acks.push(submit('quiet', 99, QUIET));
  scripted.pending[0]?.succeed();
  await drainMicrotasks();
  const { params } = scripted.pending[0]?.statements[0] ?? {};
  expect(sharesOf(params?.[1])).toEqual({
    ...Object.fromEntries(Array.from({ length: 9 }, (_, user) => [user, 8])),
    99: 1,
  });
  scripted.automatic();
  await Promise.all(acks);
});

test('[GC9] where several users wait a batch is short, and where many do each has its rows of it', async () => {
  const sharesBeside = async (floods: number): Promise<number[]> => {
    const { scripted, submit } = setup({ batchMaxRowsShared: 100 });
    const acks = Array.from({ length: floods * 200 }, (_, index) =>
      submit(`key ${index}`, index % floods, userOf(index % floods)),
    );
    await drainMicrotasks();
    scripted.pending[0]?.succeed();
    await drainMicrotasks();
    const shares = Object.values(sharesOf(scripted.pending[0]?.statements[0]?.params[1]));
    scripted.automatic();
    await Promise.all(acks);
    return shares;
  };
  expect(await sharesBeside(1)).toEqual([100]);
  expect(await sharesBeside(4)).toEqual([25, 25, 25, 25]);
  expect(await sharesBeside(50)).toEqual(Array.from({ length: 50 }, () => 5));
});

test('[GC9] more users than a batch has rows for take turns: none has a second one before all had one', async () => {
  const { scripted, submit } = setup({ batchMaxRows: 4 });
  const acks = Array.from({ length: 20 }, (_, index) =>
    submit(`key ${index}`, index % 10, userOf(index % 10)),
  );
  const batches: unknown[] = [];
  for (let batch = 0; batch < 5; batch += 1) {
    await drainMicrotasks();
    batches.push(scripted.pending[0]?.statements[0]?.params[1]);
    scripted.pending[0]?.succeed();
  }
  await Promise.all(acks);
  expect(batches).toEqual([
    [0, 1, 2, 3],
    [4, 5, 6, 7],
    [0, 1, 8, 9],
    [2, 3, 4, 5],
    [6, 7, 8, 9],
  ]);
});

test('[GC9] a user who is alone gets no more of a batch: who comes behind it waits for a short one', async () => {
  const { scripted, submit } = setup({ batchMaxRows: 10, batchMaxRowsPerUser: 3 });
  const acks = Array.from({ length: 25 }, (_, index) => submit(`key ${index}`, 0, userOf(0)));
  await drainMicrotasks();
  expect(sharesOf(scripted.pending[0]?.statements[0]?.params[1])).toEqual({ 0: 3 });
  acks.push(submit('quiet', 99, QUIET));
  scripted.pending[0]?.succeed();
  await drainMicrotasks();
  expect(sharesOf(scripted.pending[0]?.statements[0]?.params[1])).toEqual({ 0: 3, 99: 1 });
  scripted.automatic();
  await Promise.all(acks);
});

test('[GC9] floods fill what they leave to others: whoever has nothing in the backlog is taken', async () => {
  const { scripted, submit } = setup({ backlogMax: 1_000 });
  const refusals: CuepointError[] = [];
  for (let index = 0; index < 9_000; index += 1) {
    const refusal = submit(`key ${index}`, index, userOf(index % 9)).catch(
      (error: CuepointError) => void refusals.push(error),
    );
    void refusal;
  }
  await drainMicrotasks();
  expect(refusals.length).toBe(9_000 - 900);
  expect(refusals[0]).toMatchObject({
    code: 'overloaded',
    limit: { name: 'backlogShare', value: 100 },
  });
  expect(refusals[0]?.retryAfterMs).toBeGreaterThan(0);
  expect(await refusalOf(submit('quiet', 1, QUIET))).toBeUndefined();
  scripted.automatic();
});

test('[GC9] the share counts bytes as well, and all of it is free again once it is settled', async () => {
  const { scripted, submit, commits } = setup({ backlogMaxBytes: 1_000 });
  const acks = Array.from({ length: 5 }, (_, index) => submit(`key ${index}`, index, userOf(0)));
  expect(await refusalOf(submit('sixth', 1, userOf(0)))).toMatchObject({
    limit: { name: 'backlogShareBytes', value: 500 },
  });
  expect(await refusalOf(submit('quiet', 1, QUIET))).toBeUndefined();
  scripted.automatic();
  await Promise.all(acks);
  await drainMicrotasks();
  expect(commits.stats()).toEqual({ backlogChanges: 0, backlogBytes: 0, inFlight: 0 });
  expect(await refusalOf(submit('again', 1, userOf(0)))).toBeUndefined();
});

test('[GC9] rows that debouncing held back take their turn like all others', async () => {
  const { scripted, submit, clock } = setup({ progressDebounceMs: 100, batchMaxRowsPerUser: 2 });
  const acks = [0, 1, 2].map((index) => submit(`key ${index}`, index, userOf(0)));
  acks.push(submit('quiet', 99, QUIET));
  await clock.advance(200);
  expect(sharesOf(scripted.pending[0]?.statements[0]?.params[1])).toEqual({ 0: 1, 1: 1, 99: 1 });
  scripted.automatic();
  await Promise.all(acks);
});
