import { CuepointError } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { sqlError } from '../testing/scripted-database.ts';
import { drainMicrotasks } from '../testing/test-clock.ts';
import { createTestCommits as setup } from '../testing/test-commits.ts';

const USER = '00000000-0000-4000-8000-000000000000';
const OTHER_USER = '00000000-0000-4000-8000-000000000001';

/** What a promise is by now, without waiting for it. */
async function stateOf(promise: Promise<unknown>): Promise<string> {
  const pending = Symbol('pending');
  await drainMicrotasks();
  const state = await Promise.race([promise.catch(codeOf), Promise.resolve(pending)]);
  return state === pending ? 'pending' : String(state);
}

function codeOf(error: unknown): string {
  return error instanceof CuepointError ? error.code : String(error);
}

function keysOf(statements: readonly { readonly params: readonly unknown[] }[]): unknown {
  return statements.map((statement) => statement.params[0]);
}

/** A refused connection, a wrong password, a missing right or table, a bug of the server: no row is at fault. */
const NOT_OF_A_ROW = ['55000', '28P01', '3D000', '42501', '42P01', '26000', '25006', 'XX000'];

describe('group commit', () => {
  it('[GC1] an ack never precedes its commit', async () => {
    const { scripted, submit } = setup();
    const ack = submit('a', 1);
    expect(await stateOf(ack)).toBe('pending');
    expect(scripted.pending).toHaveLength(1);
    scripted.pending[0]?.succeed();
    expect(await ack).toBe('kept');
  });

  it('[GC2] a lone write leaves at once, without a timer', async () => {
    const { scripted, submit, clock } = setup();
    const ack = submit('a', 1);
    await drainMicrotasks();
    expect(scripted.begun).toBe(1);
    expect(clock.now()).toBe(1_000_000);
    scripted.pending[0]?.succeed();
    await ack;
  });

  it('[GC2] changes that arrive during a commit form the next batch, and only one is in flight', async () => {
    const { scripted, submit } = setup();
    const first = submit('a', 1);
    await drainMicrotasks();
    const later = ['b', 'c', 'd'].map((key) => submit(key, 1));
    await drainMicrotasks();
    expect(keysOf(scripted.pending[0]?.statements ?? [])).toEqual([['a']]);
    expect(scripted.begun).toBe(1);
    scripted.pending[0]?.succeed();
    await first;
    await drainMicrotasks();
    expect(scripted.begun).toBe(2);
    expect(keysOf(scripted.pending[0]?.statements ?? [])).toEqual([['b', 'c', 'd']]);
    scripted.pending[0]?.succeed();
    expect(await Promise.all(later)).toEqual(['kept', 'kept', 'kept']);
  });

  it('[GC2] a batch holds at most batchMaxRows, the oldest first', async () => {
    const { scripted, submit } = setup({ batchMaxRows: 2 });
    const acks = ['c', 'b', 'a'].map((key) => submit(key, 1));
    await drainMicrotasks();
    expect(keysOf(scripted.pending[0]?.statements ?? [])).toEqual([['b', 'c']]);
    scripted.automatic();
    await Promise.all(acks);
    expect(scripted.begun).toBe(2);
  });

  it('[GC2] a slow database costs one batch for all that wait, not one for each', async () => {
    const { scripted, submit } = setup();
    const first = submit('a', 0);
    await drainMicrotasks();
    const waiting = Array.from({ length: 500 }, (_, value) => submit('a', value));
    scripted.pending[0]?.succeed();
    await first;
    await drainMicrotasks();
    scripted.automatic();
    await Promise.all(waiting);
    expect(scripted.begun).toBe(2);
  });

  it('[GC3] changes of one key fold to the winner, and everyone resolves with its commit', async () => {
    const { scripted, submit, events } = setup();
    const acks = [submit('a', 1), submit('a', 3), submit('a', 2)];
    await drainMicrotasks();
    expect(scripted.pending[0]?.statements[0]?.params).toEqual([['a'], [3]]);
    expect(await stateOf(acks[0] ?? Promise.resolve())).toBe('pending');
    scripted.pending[0]?.succeed();
    expect(await Promise.all(acks)).toEqual(['folded', 'kept', 'folded']);
    expect(events).toEqual(['committed 1/3']);
  });

  it('[GC3] keys of different users never fold', async () => {
    const { scripted, submit } = setup();
    const acks = [submit('a', 1, USER), submit('a', 2, OTHER_USER)];
    await drainMicrotasks();
    expect(scripted.pending[0]?.statements[0]?.params).toEqual([
      ['a', 'a'],
      [1, 2],
    ]);
    scripted.automatic();
    expect(await Promise.all(acks)).toEqual(['kept', 'kept']);
  });

  it('[GC3] users are hashed to shards, and each shard has one batch in flight', async () => {
    const { scripted, submit } = setup({}, { writers: 2 });
    const acks = [submit('a', 1, USER), submit('b', 1, OTHER_USER)];
    await drainMicrotasks();
    expect(scripted.pending).toHaveLength(2);
    acks.push(submit('c', 1, USER), submit('d', 1, OTHER_USER));
    await drainMicrotasks();
    expect(scripted.pending).toHaveLength(2);
    scripted.automatic();
    await Promise.all(acks);
    expect(scripted.begun).toBe(4);
  });

  it('[SQL4] a batch is sorted by user and key', async () => {
    const { scripted, submit } = setup();
    const acks = [
      submit('b', 1, OTHER_USER),
      submit('b', 2, USER),
      submit('a', 3, OTHER_USER),
      submit('a', 4, USER),
    ];
    await drainMicrotasks();
    expect(scripted.pending[0]?.statements[0]?.params[1]).toEqual([4, 2, 3, 1]);
    scripted.automatic();
    await Promise.all(acks);
  });

  describe('debounce [GC4]', () => {
    it('[GC4] holds a key back until it is quiet, and acks only after the commit', async () => {
      const { scripted, submit, clock } = setup({ progressDebounceMs: 1_000 });
      const first = submit('a', 1);
      await clock.advance(900);
      const second = submit('a', 2);
      await clock.advance(900);
      expect(scripted.begun).toBe(0);
      await clock.advance(400);
      expect(scripted.begun).toBe(1);
      expect(await stateOf(second)).toBe('pending');
      scripted.pending[0]?.succeed();
      expect(await Promise.all([first, second])).toEqual(['folded', 'kept']);
    });

    it('[GC4] never holds a key longer than the maximum wait', async () => {
      const { scripted, submit, clock } = setup({
        progressDebounceMs: 1_000,
        progressDebounceMaxMs: 3_000,
      });
      scripted.automatic();
      const acks: Promise<unknown>[] = [];
      for (let value = 0; value < 7; value += 1) {
        acks.push(submit('a', value));
        await clock.advance(500);
      }
      expect(scripted.begun).toBe(1);
      await clock.advance(10_000);
      await Promise.all(acks);
    });

    it('[GC4] stop does not wait for quiet', async () => {
      const { scripted, submit, commits } = setup({ progressDebounceMs: 1_000 });
      scripted.automatic();
      const ack = submit('a', 1);
      await drainMicrotasks();
      expect(scripted.begun).toBe(0);
      await commits.stop();
      expect(await ack).toBe('kept');
    });
  });

  describe('back-pressure [GC5]', () => {
    it('[GC5] refuses past backlogMax, the batch in flight included, with the limit and a retry-after', async () => {
      const { scripted, submit } = setup({ backlogMax: 2 });
      const first = submit('a', 1);
      await drainMicrotasks();
      const second = submit('b', 1, OTHER_USER);
      const refused = await submit('c', 1).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: 'overloaded',
        limit: { name: 'backlogMax', value: 2 },
        retryAfterMs: 100,
      });
      scripted.automatic();
      await Promise.all([first, second]);
      expect(await submit('c', 1)).toBe('kept');
    });

    it('[GC5] refuses past backlogMaxBytes', async () => {
      const { scripted, submit } = setup({ backlogMaxBytes: 150 });
      const first = submit('a', 1);
      const second = submit('b', 1, OTHER_USER);
      const refused = await submit('c', 1).catch((error: unknown) => error);
      expect(refused).toMatchObject({
        code: 'overloaded',
        limit: { name: 'backlogMaxBytes', value: 150 },
      });
      scripted.automatic();
      await Promise.all([first, second]);
    });

    it('[GC5] a folded change counts: folding is no way around the bound', async () => {
      const { scripted, submit } = setup({ backlogMax: 6 });
      const acks = [submit('a', 1), submit('a', 2), submit('a', 3)];
      expect(await submit('a', 4).catch(codeOf)).toBe('overloaded');
      scripted.automatic();
      await Promise.all(acks);
    });

    it('[GC5] counts return to zero when everything is settled', async () => {
      const { scripted, submit, commits } = setup();
      scripted.automatic();
      await Promise.all(['a', 'a', 'b'].map((key, value) => submit(key, value)));
      await drainMicrotasks();
      expect(commits.stats()).toEqual({ backlogChanges: 0, backlogBytes: 0, inFlight: 0 });
    });

    it('[GC5] a caller who waited ackTimeoutMs hears outcome_unknown; the change stays queued', async () => {
      const { scripted, submit, clock, events } = setup({ ackTimeoutMs: 1_000 });
      const inFlight = submit('a', 1);
      await drainMicrotasks();
      const queued = submit('b', 2);
      const states = Promise.all([inFlight.catch((error: unknown) => error), queued.catch(codeOf)]);
      await clock.advance(1_250);
      const [first, second] = await states;
      expect(first).toMatchObject({ code: 'outcome_unknown', retryAfterMs: 100 });
      expect(second).toBe('outcome_unknown');
      scripted.automatic();
      await drainMicrotasks();
      expect(scripted.begun).toBe(2);
      expect(events).toEqual(['committed 1/1', 'committed 1/1']);
    });

    it('[GC5] a caller who came later still gets its ack', async () => {
      const { scripted, submit, clock } = setup({ ackTimeoutMs: 1_000 });
      const early = submit('a', 1).catch(codeOf);
      await clock.advance(900);
      const late = submit('a', 2);
      await clock.advance(350);
      expect(await early).toBe('outcome_unknown');
      scripted.automatic();
      expect(await late).toBe('kept');
    });
  });

  describe('failures [GC6]', () => {
    it.each(['40001', '40P01', '57P01', '57P03', '08006', '53100', ...NOT_OF_A_ROW])(
      '[GC6] a batch that fails once with %s is tried again after a jittered delay',
      async (code) => {
        const { scripted, submit, clock, events } = setup();
        const ack = submit('a', 1);
        await drainMicrotasks();
        scripted.pending[0]?.fail(sqlError(code));
        await drainMicrotasks();
        expect(scripted.begun).toBe(1);
        await clock.advance(25);
        expect(scripted.begun).toBe(2);
        scripted.pending[0]?.succeed();
        expect(await ack).toBe('kept');
        await drainMicrotasks();
        expect(events).toEqual([`retried ${code}`, 'committed 1/1']);
      },
    );

    it('[GC6] an unknown outcome (the connection broke) is tried again: the batch is idempotent', async () => {
      const { scripted, submit, clock, events } = setup();
      const ack = submit('a', 1);
      await drainMicrotasks();
      const statements = scripted.pending[0]?.statements;
      scripted.pending[0]?.fail(Object.assign(new Error('write EPIPE'), { code: 'EPIPE' }));
      await clock.advance(25);
      expect(scripted.pending[0]?.statements).toEqual(statements);
      scripted.pending[0]?.succeed();
      expect(await ack).toBe('kept');
      expect(events[0]).toBe('retried connection');
    });

    it('[GC6] a database that fails for long is tried with growing delays and loses nothing', async () => {
      const { scripted, submit, clock } = setup({ ackTimeoutMs: 3_600_000 });
      let broken = true;
      scripted.automatic(() => (broken ? sqlError('57P03') : undefined));
      const acks = ['a', 'b'].map((key) => submit(key, 1));
      await clock.advance(60_000);
      // 25, 50, 100, … up to 2,500 ms: thousands of attempts would be a loop.
      expect(scripted.begun).toBeGreaterThan(10);
      expect(scripted.begun).toBeLessThan(40);
      broken = false;
      await clock.advance(2_500);
      expect(await Promise.all(acks)).toEqual(['kept', 'kept']);
    });

    it('[GC6] a poison row is split off, and only its caller hears of it', async () => {
      const { scripted, submit, events } = setup();
      scripted.automatic((statements) =>
        JSON.stringify(keysOf(statements)).includes('"poison"') ? sqlError('23514') : undefined,
      );
      const keys = ['a', 'b', 'c', 'poison', 'd', 'e', 'f', 'g'];
      const outcomes = await Promise.all(keys.map((key) => submit(key, 1)));
      expect(outcomes).toEqual(keys.map((key) => (key === 'poison' ? 'refused' : 'kept')));
      expect(events).toContain('poisoned 23514');
      // 8 rows: the batch, then halves of halves; never one by one.
      expect(scripted.begun).toBe(7);
    });

    it('[GC3] [GC6] what a poison winner had folded away is tried again without it', async () => {
      const { scripted, submit } = setup();
      scripted.automatic((statements) =>
        JSON.stringify(statements).includes('666') ? sqlError('22003') : undefined,
      );
      const acks = [submit('a', 1), submit('a', 666), submit('a', 2), submit('b', 1)];
      expect(await Promise.all(acks)).toEqual(['kept', 'refused', 'kept', 'kept']);
    });

    it('[GC1] a disk that refused the flush is final: every caller hears storage_failed', async () => {
      const { scripted, submit, events } = setup();
      scripted.automatic(() => new CuepointError('storage_failed', 'no flush'));
      const codes = await Promise.all(['a', 'b'].map((key) => submit(key, 1).catch(codeOf)));
      expect(codes).toEqual(['storage_failed', 'storage_failed']);
      expect(events).toEqual([]);
    });

    it('[GC6] a bug of ours is not retried for ever: its callers hear internal', async () => {
      const { scripted, submit } = setup();
      scripted.automatic(() => new TypeError('undefined is not a function'));
      expect(await submit('a', 1).catch(codeOf)).toBe('internal');
      expect(scripted.begun).toBe(1);
    });
  });

  describe('stop [GC7]', () => {
    it('[GC7] flushes a full backlog, resolves every caller and takes nothing new', async () => {
      const { scripted, submit, commits } = setup({ batchMaxRows: 10 });
      const acks = Array.from({ length: 100 }, (_, index) => submit(`k${index}`, index));
      await drainMicrotasks();
      const stopped = commits.stop();
      expect(await submit('late', 1).catch(codeOf)).toBe('shutting_down');
      expect(await stateOf(stopped)).toBe('pending');
      scripted.automatic();
      await stopped;
      expect(await Promise.all(acks)).toEqual(acks.map(() => 'kept'));
      expect(scripted.begun).toBe(10);
    });

    it('[GC7] with nothing to flush it stops at once, and twice is once', async () => {
      const { commits, scripted } = setup();
      await Promise.all([commits.stop(), commits.stop()]);
      expect(scripted.begun).toBe(0);
    });

    it('[GC7] after stopTimeoutMs what is not acknowledged is rejected shutting_down', async () => {
      const { submit, commits, clock } = setup({ stopTimeoutMs: 5_000, ackTimeoutMs: 60_000 });
      const inFlight = submit('a', 1).catch(codeOf);
      await drainMicrotasks();
      const queued = submit('b', 1).catch(codeOf);
      const stopped = commits.stop();
      await clock.advance(4_999);
      expect(await stateOf(stopped)).toBe('pending');
      await clock.advance(1);
      expect(await Promise.all([inFlight, queued])).toEqual(['shutting_down', 'shutting_down']);
      await stopped;
    });

    it('[GC7] a stop during a back-off gives up when its time is over', async () => {
      const { scripted, submit, commits, clock } = setup({ stopTimeoutMs: 1_000 });
      scripted.automatic(() => sqlError('57P03'));
      const ack = submit('a', 1).catch(codeOf);
      await drainMicrotasks();
      const stopped = commits.stop();
      await clock.advance(1_000);
      expect(await ack).toBe('shutting_down');
      await stopped;
      const begun = scripted.begun;
      await clock.advance(60_000);
      expect(scripted.begun).toBe(begun);
    });

    it('[GC7] leaves no timer behind', async () => {
      const { scripted, submit, commits, clock } = setup({ progressDebounceMs: 100 });
      scripted.automatic();
      const ack = submit('a', 1);
      await commits.stop();
      await ack;
      expect(clock.timers).toBe(0);
    });
  });
});
