import { expect, test } from 'vitest';
import { createUserLimit } from './user-limit.ts';

/** Work that says when it begins and ends when the test says so. */
function setup(options: { atOnceMax: number; perUserMax?: number }) {
  const limit = createUserLimit(options);
  const begun: string[] = [];
  const ends: (() => void)[] = [];
  const ask = (userId: string) =>
    limit.run(userId, () => {
      begun.push(userId);
      return new Promise<void>((resolve) => {
        ends.push(resolve);
      });
    });
  const settle = () => new Promise((resolve) => setImmediate(resolve));
  const endNext = async () => {
    ends.shift()?.();
    await settle();
  };
  return { limit, begun, ask, endNext, settle };
}

test('[GC9] who comes behind nine floods has the first turn that is free', async () => {
  const { begun, ask, endNext, settle } = setup({ atOnceMax: 8, perUserMax: 2 });
  for (let index = 0; index < 900; index += 1) void ask(`flood ${index % 9}`);
  await settle();
  expect(begun.length).toBe(8);
  void ask('quiet');
  // Each of nine users has one turn before it.
  for (let turn = 0; turn < 10; turn += 1) await endNext();
  expect(begun.slice(8)).toContain('quiet');
});

test('[GC9] one user never has all of it, and waits when nobody else asks as well', async () => {
  const { begun, ask, endNext, settle, limit } = setup({ atOnceMax: 8, perUserMax: 2 });
  for (let index = 0; index < 5; index += 1) void ask('flood');
  await settle();
  expect(begun).toEqual(['flood', 'flood']);
  void ask('quiet');
  await settle();
  expect(begun).toEqual(['flood', 'flood', 'quiet']);
  expect(limit.waiting).toBe(3);
  for (let turn = 0; turn < 6; turn += 1) await endNext();
  expect(begun.filter((user) => user === 'flood').length).toBe(5);
  expect(limit.waiting).toBe(0);
});

test('[GC9] what fails gives its turn on', async () => {
  const limit = createUserLimit({ atOnceMax: 1 });
  const failed = limit.run('a', () => Promise.reject(new Error('no')));
  const next = limit.run('a', () => Promise.resolve('yes'));
  await expect(failed).rejects.toThrow('no');
  expect(await next).toBe('yes');
  expect(limit.waiting).toBe(0);
});
