import type { KnownContent } from '@cuepoint/core';
import { expect, it } from 'vitest';
import { createLibrary } from './plan/library.ts';
import { Person } from './testing/person.ts';
import { readAll } from './testing/read-all.ts';

const LINES = 2_000;

/** How often others had a turn while `work` ran. */
async function turnsDuring(work: () => Promise<unknown>): Promise<number> {
  let turns = 0;
  let isOver = false;
  const count = () => {
    turns += 1;
    if (!isOver) setImmediate(count);
  };
  setImmediate(count);
  await work();
  isOver = true;
  return turns;
}

it('others have their turns while a file is read, planned, and compared with what is known', async () => {
  const history = Array.from({ length: LINES }, (_, id) => ({
    id: id + 1,
    watched_at: '2026-03-01T20:15:30.000Z',
    movie: { ids: { tmdb: id + 1 } },
  }));
  const input = { source: 'trakt', name: 'watched-history.json' } as const;
  const readings = await readAll(JSON.stringify(history), input);
  const contents = history.map(({ id }): KnownContent => ({
    contentId: `film:${id}`,
    facts: { type: 'movie', ids: { tmdb: id } },
  }));
  const enough = LINES / 200;
  const { source } = input;
  for (const work of [
    () => readAll(JSON.stringify(history), input),
    () => new Person().import(readings, { source }),
    () => createLibrary(contents),
  ]) {
    expect(await turnsDuring(work)).toBeGreaterThan(enough);
  }
});
