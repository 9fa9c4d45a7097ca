import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createMemoryHooks } from './testing/memory-hooks.ts';
import { SESSIONS, type RecordedSession } from './testing/sessions.ts';

async function play(session: RecordedSession, order: readonly number[]) {
  const memory = createMemoryHooks(session.source);
  for (const index of order) await memory.send(session.bodies[index] ?? {});
  return memory;
}

async function endOf(session: RecordedSession, order: readonly number[]) {
  const { contents } = await play(session, order);
  const content = contents.get(session.contentId);
  return {
    contents: contents.size,
    plays: content?.plays.size ?? 0,
    isWatched: content?.isWatched ?? false,
    positionSeconds: content?.position?.positionSeconds,
  };
}

const indexes = (session: RecordedSession) => session.bodies.map((_body, index) => index);

describe.each(SESSIONS)('$name', (session) => {
  const all = indexes(session);
  const seen = {
    contents: 1,
    plays: 1,
    isWatched: true,
    positionSeconds: session.positionSeconds,
  };

  it('[HOK3] is one play in order, and the same told twice', async () => {
    expect(await endOf(session, all)).toEqual(seen);
    expect(await endOf(session, [...all, ...all])).toEqual(seen);
    expect(
      await endOf(
        session,
        all.flatMap((index) => [index, index]),
      ),
    ).toEqual(seen);
  });

  it('[HOK2] writes nothing when it is told again', async () => {
    const memory = await play(session, all);
    const { writes } = memory;
    for (const body of session.bodies) await memory.send(body);
    expect(memory.writes).toBe(writes);
  });

  it('[HOK3] ends in the same state in any order, with any event told any number of times', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(all, { minLength: all.length }),
        fc.array(fc.constantFrom(...all), { maxLength: 4 }),
        async (order, again) => {
          expect(await endOf(session, [...order, ...again])).toEqual(seen);
        },
      ),
      { numRuns: 300 },
    );
  });

  it('[HOK3] is one play with holes, as long as an end is left', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(all),
        fc.constantFrom(...session.ends),
        async (left, end) => {
          const order = left.includes(end) ? left : [...left, end];
          expect(await endOf(session, order)).toMatchObject({ plays: 1, isWatched: true });
        },
      ),
      { numRuns: 300 },
    );
  });

  it('[HOK3] has no play where no end is left', async () => {
    const before = all.filter((index) => index < Math.min(...session.ends));
    await fc.assert(
      fc.asyncProperty(fc.shuffledSubarray(before), async (order) => {
        expect(await endOf(session, order)).toMatchObject({ plays: 0, isWatched: false });
      }),
      { numRuns: 100 },
    );
  });
});
