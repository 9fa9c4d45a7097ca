import { requireContentId, requirePlay, requireRegister, type Op } from '@cuepoint/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { planImport } from '../plan/plan-import.ts';
import { stampOps } from '../plan/stamp-ops.ts';
import { Person } from '../testing/person.ts';
import { readAll } from '../testing/read-all.ts';
import { SOURCE_NAMES, type SourceName } from './index.ts';

/** A name that each source knows, and the columns or fields that it looks at. */
const FILES: Readonly<Record<SourceName, readonly [name: string, fields: readonly string[]]>> = {
  trakt: [
    'watched-history.json',
    ['id', 'watched_at', 'action', 'movie', 'show', 'episode', 'season', 'ids', 'title', 'year'],
  ],
  letterboxd: ['diary.csv', ['Date', 'Name', 'Year', 'Letterboxd URI', 'Rating', 'Watched Date']],
  imdb: ['ratings.csv', ['Const', 'Your Rating', 'Date Rated', 'Title', 'Title Type', 'Year']],
  tvtime: ['tvtime-movies.json', ['is_watched', 'watched_at', 'title', 'year', 'imdb_id']],
  simkl: ['simkl.json', ['status', 'movie', 'show', 'seasons', 'ids', 'title', 'last_watched_at']],
  yamtrack: ['yamtrack.csv', ['media_id', 'source', 'media_type', 'title', 'end_date', 'score']],
  jellyfin: ['playback-reporting.tsv', ['2026-03-01 20:15:30', 'Movie', 'Episode']],
};

const word = fc.oneof(
  fc.constantFrom(
    '2026-03-01',
    '2026-02-30',
    '',
    'tt1',
    '1',
    'movie',
    'true',
    '<nil>',
    'completed',
  ),
  fc.string({ unit: 'binary', maxLength: 12 }),
);

function jsonOf(fields: readonly string[]) {
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 5, depthIdentifier: 'json' },
      fc.oneof(word, fc.double(), fc.constant(null), fc.boolean()),
      fc.array(tie('value'), { maxLength: 3, depthIdentifier: 'json' }),
      fc.dictionary(fc.constantFrom(...fields, '__proto__', 'constructor'), tie('value'), {
        depthIdentifier: 'json',
      }),
    ),
  }));
  return fc
    .oneof(
      fc.array(value, { maxLength: 5 }),
      fc.record({ movies: fc.array(value), history: value }),
    )
    .map((json) => JSON.stringify(json));
}

function tableOf(fields: readonly string[], separator: string) {
  const row = fc.array(word, { maxLength: 10 }).map((cells) => cells.join(separator));
  return fc
    .array(row, { maxLength: 6 })
    .map((rows) => [fields.join(separator), ...rows].join('\n'));
}

const tick = () => ({ physical: Date.parse('2100-01-01T00:00:00Z'), logical: 0 });

/** @throws for an op that no service takes. */
function requireOp(op: Op): void {
  if (op.kind === 'register.set') requireRegister(op);
  else if (op.kind === 'play.add') requirePlay(op);
  if (op.contentId !== undefined) requireContentId(op.contentId);
}

it.each(SOURCE_NAMES)(
  'whatever a file of %s holds, each line has a fate and nothing is thrown',
  async (source) => {
    const [name, fields] = FILES[source];
    const text = fc.oneof(jsonOf(fields), tableOf(fields, ','), tableOf(fields, '\t'));
    const content = fc.oneof(
      text.map((some) => new TextEncoder().encode(some)),
      fc.uint8Array({ maxLength: 200 }),
    );
    await fc.assert(
      fc.asyncProperty(content, async (bytes) => {
        const readings = await readAll(bytes, { source, name });
        expect(readings.at(-1)).toMatchObject({ kind: 'file', file: name });
        const plan = await planImport(readings, await new Person().known(), {
          source,
          unmatched: 'keep',
        });
        expect(plan.lines.length + plan.skipped.length + plan.files.length).toBe(readings.length);
        for (const op of stampOps(plan.ops, { deviceId: 'import', tick })) requireOp(op);
      }),
      { numRuns: 200 },
    );
  },
);
