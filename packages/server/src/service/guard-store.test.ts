import { CuepointError } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { guardStore, toExpectedError } from './guard-store.ts';

const sqlError = (code: string) => Object.assign(new Error('x'), { code, severity: 'ERROR' });

describe('the rejections of a store', () => {
  it.each([
    [
      'a lost connection',
      Object.assign(new Error('x'), { code: 'ECONNRESET' }),
      'database_unavailable',
    ],
    ['a shutdown', sqlError('57P01'), 'database_unavailable'],
    ['too many connections', sqlError('53300'), 'database_unavailable'],
    ['a refused statement', sqlError('42P01'), 'storage_failed'],
    ['a NUL in a text', sqlError('22021'), 'invalid_request'],
    ['a NUL in JSON', sqlError('22P05'), 'invalid_request'],
    ['half of a surrogate pair in JSON', sqlError('22P02'), 'invalid_request'],
    ['an expected failure', new CuepointError('invalid_cursor', 'x'), 'invalid_cursor'],
  ])('%s is an expected failure', (_what, error, code) => {
    expect(toExpectedError(error)).toMatchObject({ code });
  });

  it('a bug of ours stays one', () => {
    const bug = new TypeError('x is not a function');
    expect(toExpectedError(bug)).toBe(bug);
  });

  it('keeps what the store answers, also of private fields and iterables', async () => {
    class Store {
      #count = 0;
      async next() {
        this.#count += 1;
        if (this.#count > 1) throw new Error('connection lost');
        return this.#count;
      }
      async *all() {
        yield this.#count;
      }
    }
    const store = guardStore(new Store());
    expect(await store.next()).toBe(1);
    await expect(store.next()).rejects.toMatchObject({
      code: 'database_unavailable',
      retryAfterMs: 1_000,
    });
    for await (const count of store.all()) expect(count).toBe(2);
  });

  it('maps what breaks in the middle of an iterable', async () => {
    const store = guardStore({
      async *all() {
        yield 1;
        throw new Error('connection lost');
      },
    });
    const items: number[] = [];
    const read = async () => {
      for await (const item of store.all()) items.push(item);
    };
    await expect(read()).rejects.toMatchObject({ code: 'database_unavailable' });
    expect(items).toEqual([1]);
  });
});
