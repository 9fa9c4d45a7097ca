import { randomUUID } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createPostgresCatalogue, openDatabase, PostgresSyncRepository } from '@cuepoint/store';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { readStoredPerson, type StoredPerson } from '../imports/stored-person.ts';
import { MATCH_REGISTER, workIdOf } from '../matching/hand-matches.ts';
import { runTestCli, type CliRunOptions } from '../testing/test-cli.ts';

const schema = `imports_${randomUUID().replaceAll('-', '')}`;
let env: Record<string, string>;
let home: string;
const run = (argv: string[], options: CliRunOptions = {}) => runTestCli(argv, { ...options, env });

beforeAll(async () => {
  home = await mkdtemp(join(tmpdir(), 'cuepoint-imports-'));
  env = { DATABASE_URL: inject('postgresUrl'), CUEPOINT_DATABASE_SCHEMA: schema };
  const { code, err } = await run(['migrate', 'up']);
  if (code !== 0) throw new Error(err);
});
afterAll(async () => {
  const database = await openDatabase({ url: inject('postgresUrl'), schema });
  await database.execute(`drop schema ${schema} cascade`);
  await database.close();
  await rm(home, { recursive: true, force: true });
});

const film = (tmdb: number) => ({
  title: `Made-up ${tmdb}`,
  year: 1999,
  ids: { trakt: tmdb, tmdb },
});
const seen = (id: number, tmdb = id, watched_at = '2026-03-01T20:15:30.000Z') => ({
  id,
  watched_at,
  action: 'scrobble',
  movie: film(tmdb),
});

async function fileOf(name: string, content: unknown): Promise<string> {
  const path = join(home, name);
  await writeFile(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

async function stored(userId: string): Promise<StoredPerson> {
  const database = await openDatabase({ url: inject('postgresUrl'), schema });
  try {
    return await readStoredPerson(new PostgresSyncRepository(database), userId);
  } finally {
    await database.close();
  }
}

/** What a person sees, without what only imports remember. */
async function shown(userId: string) {
  const { plays, tags, registers } = await stored(userId);
  return {
    plays: [...plays.values()]
      .filter(({ removed }) => removed === null)
      .map(({ contentId, watchedAt }) => `${contentId} ${watchedAt ?? 'unknown'}`)
      .toSorted(),
    listed: [...tags.values()].flatMap(({ contentId, removed }) =>
      removed === null ? [contentId] : [],
    ),
    registers: [...registers.values()]
      .filter(({ register, value }) => value !== null && !/^(?:x-|content)/.test(register))
      .map(({ register, key, value }) => `${register} ${key} ${JSON.stringify(value)}`)
      .toSorted(),
  };
}

describe('cuepoint import --from', () => {
  it('[IMP1] says of every line what would become of it, and writes nothing before it is asked to', async () => {
    const user = randomUUID();
    const history = [
      seen(1),
      seen(2, 2, 'unknown'),
      { id: 3, watched_at: '2026-02-30T00:00:00Z', movie: film(3) },
      { id: 4, movie: { title: 'Nameless', ids: {} } },
    ];
    const file = await fileOf('watched-history-1.json', history);
    const argv = ['import', '--from', 'trakt', file, '--user', user];
    const dry = await run([...argv, '--dry-run', '--lines']);
    expect(dry).toMatchObject({ code: 0, err: '' });
    expect(dry.out.split('\n')).toEqual([
      'watched-history-1.json:1: added',
      'watched-history-1.json:2: added',
      'watched-history-1.json:4: unknown: no content has its ids or its name: Nameless',
      'watched-history-1.json:3: unreadable (invalid_date)',
      '4 line(s)',
      '       2  added',
      '       1  unknown: no content has its ids or its name',
      '       1  unreadable',
      '7 change(s) to write',
      '',
    ]);
    const unasked = await run(argv);
    expect(unasked).toMatchObject({ code: 1 });
    expect(unasked.err).toContain('--yes');
    expect((await shown(user)).plays).toEqual([]);

    const done = await run(argv, { isTerminal: true, input: 'yes' });
    expect(done.out).toMatch(/import trakt\.[0-9a-f]{8}: 7 written, 0 there already, 0 refused/);
    expect(await shown(user)).toEqual({
      plays: ['tmdb:movie:1 2026-03-01T20:15:30Z', 'tmdb:movie:2 unknown'],
      listed: [],
      registers: [
        'watched tmdb:movie:1 {"at":"2026-03-01T20:15:30Z"}',
        'watched tmdb:movie:2 {"at":null}',
      ],
    });
    const again = await run([...argv, '--yes']);
    expect(again.out).toContain('0 change(s) to write');
  });

  it('[IMP1] is one operation that can be taken back, and then be done again', async () => {
    const user = randomUUID();
    const day =
      'Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date\n2026-03-02,Made-up 1,1999,https://boxd.it/1,4,,,2026-03-01';
    const first = await fileOf('trakt.json', {
      type: 'full',
      watchlist: [{ listed_at: null, movie: film(1) }],
      ratings: [{ rating: 6, rated_at: '2026-01-01T00:00:00.000Z', movie: film(1) }],
    });
    expect((await run(['import', '--from', 'trakt', first, '--user', user, '--yes'])).code).toBe(0);
    const diary = await fileOf('diary.csv', day);
    expect(
      (await run(['import', '--from', 'letterboxd', diary, '--user', user, '--yes'])).code,
    ).toBe(0);
    const before = await shown(user);
    expect(before).toEqual({
      plays: ['tmdb:movie:1 2026-03-01'],
      listed: ['tmdb:movie:1'],
      registers: ['rating tmdb:movie:1 8', 'watched tmdb:movie:1 {"at":"2026-03-01"}'],
    });

    // The instant takes the place of the day, the rating that of an older one.
    const second = await fileOf('trakt-2.json', {
      type: 'full',
      history: [seen(1), seen(7)],
      watchlist: [{ listed_at: null, movie: film(2) }],
      ratings: [{ rating: 9, rated_at: '2026-06-01T00:00:00.000Z', movie: film(1) }],
    });
    const argv = ['import', '--from', 'trakt', second, '--user', user, '--zone', 'UTC', '--yes'];
    const { out } = await run(argv);
    const after = await shown(user);
    expect(after.plays).toEqual([
      'tmdb:movie:1 2026-03-01T20:15:30Z',
      'tmdb:movie:7 2026-03-01T20:15:30Z',
    ]);
    expect(after.registers).toContain('rating tmdb:movie:1 9');

    const importId = /import (\S+):/.exec(out)?.[1] ?? '';
    const undone = await run(['imports', 'undo', importId, '--user', user]);
    expect(undone).toMatchObject({ code: 0, err: '' });
    expect(await shown(user)).toEqual(before);
    const list = await run(['imports', '--user', user]);
    expect(list.out).toMatch(
      new RegExp(`${importId.replace('.', '\\.')} +\\S+ +undone +\\d+ +trakt-2\\.json`),
    );
    expect(list.out.match(/ done /g)).toHaveLength(2);
    const twice = await run(['imports', 'undo', importId, '--user', user]);
    expect(twice).toMatchObject({ code: 1, out: '' });
    expect((await run(['imports', 'undo', 'trakt.00000000', '--user', user])).code).toBe(1);

    expect((await run(argv)).code).toBe(0);
    expect(await shown(user)).toEqual(after);
  });

  it('[IMP1] an undo leaves what was said since', async () => {
    const user = randomUUID();
    const rated = async (name: string, rating: number, year: number) => {
      const file = await fileOf(name, {
        type: 'full',
        ratings: [{ rating, rated_at: `${year}-01-01T00:00:00.000Z`, movie: film(1) }],
      });
      return (await run(['import', '--from', 'trakt', file, '--user', user, '--yes'])).out;
    };
    const out = await rated('a.json', 6, 2025);
    await rated('b.json', 9, 2026);
    await run(['imports', 'undo', /import (\S+):/.exec(out)?.[1] ?? '', '--user', user]);
    expect((await shown(user)).registers).toEqual(['rating tmdb:movie:1 9']);
  });

  it('[IMP2] names the parts that an archive lacks, and files that it cannot read', async () => {
    const errors = await fileOf('_errors.json', [{ endpoint: 'sync/history', error: 'timeout' }]);
    const lacking = await run([
      'import',
      '--from',
      'trakt',
      errors,
      '--user',
      randomUUID(),
      '--dry-run',
    ]);
    expect(lacking.out).toContain('_errors.json: the archive says that it lacks sync/history');
    const broken = await fileOf('watched-history.json', '[{');
    const unread = await run([
      'import',
      '--from',
      'trakt',
      broken,
      '--user',
      randomUUID(),
      '--dry-run',
    ]);
    expect(unread.out).toContain('watched-history.json: unreadable (invalid_json)');
  });

  it.each([
    [['--from', 'nowhere', 'x.zip', '--user', randomUUID()], '--from is one of'],
    [['--from', 'trakt', 'x.zip'], 'give --user'],
    [['--from', 'trakt', '/nowhere/x.zip', '--user', randomUUID()], 'Cannot read /nowhere/x.zip'],
    [
      ['--from', 'trakt', '/nowhere/x.zip', '--user', randomUUID(), '--zone', 'Mars/Base'],
      'A zone is a name',
    ],
    [['--from', 'trakt', '/nowhere/x.zip', '--user', randomUUID(), '--list', 'all'], '--list is'],
  ])('%j is refused', async (argv, message) => {
    const { code, err } = await run(['import', ...argv]);
    expect([code, err.includes(message)]).toEqual([1, true]);
  });
});

describe('works that a file names and nobody knows', () => {
  const diary = (...titles: string[]) =>
    ['Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date']
      .concat(
        titles.map((title, at) => `2026-02-02,${title},1999,https://boxd.it/${at},,,,2026-02-01`),
      )
      .join('\n');
  const importDiary = async (user: string, file: string) => {
    const argv = ['import', file, '--from', 'letterboxd', '--user', user, '--yes'];
    return (await run(argv)).out;
  };

  it('[IMP1] are asked for, and found by the catalogue when the file is imported again', async () => {
    const user = randomUUID();
    const file = await fileOf('diary.csv', diary('The Quiet Harbour', 'Nobody Knows It'));
    expect(await importDiary(user, file)).toContain('2  unknown: no content has');
    const asked = async () =>
      [...(await stored(user)).registers.values()].flatMap(({ register, value }) =>
        register === 'x-cuepoint-unmatched'
          ? [(value as unknown as { work: { title: string } }).work.title]
          : [],
      );
    expect((await asked()).toSorted()).toEqual(['Nobody Knows It', 'The Quiet Harbour']);
    const database = await openDatabase({ url: inject('postgresUrl'), schema });
    try {
      const catalogue = createPostgresCatalogue(database, { now: () => 0 });
      const facts = { type: 'movie', title: 'The quiet harbour', year: 1999 } as const;
      await catalogue.put('service', [{ contentId: 'harbour', facts }]);
    } finally {
      await database.close();
    }
    expect(await importDiary(user, file)).toContain('1  added');
    expect((await shown(user)).plays).toEqual(['harbour 2026-02-01']);
    expect(await importDiary(user, file)).toContain('0 change(s) to write');
  });

  it('[IMP1] are what the person said by hand', async () => {
    const user = randomUUID();
    const work = { type: 'movie', ids: {}, title: 'Picked', year: 1999 } as const;
    const match = { contentId: 'mine', work, workId: workIdOf(work) ?? '' };
    const database = await openDatabase({ url: inject('postgresUrl'), schema });
    try {
      const stamp = { timestamp: { physical: 1, logical: 0 }, deviceId: 'tv' };
      await new PostgresSyncRepository(database).importUser(user, [
        {
          type: 'register',
          register: MATCH_REGISTER,
          key: 'key',
          value: match,
          stamp,
          updatedAtMs: 1,
        },
      ]);
    } finally {
      await database.close();
    }
    await importDiary(user, await fileOf('picked.csv', diary('Picked')));
    expect((await shown(user)).plays).toEqual(['mine 2026-02-01']);
  });
});

it('[EXP1] what `cuepoint export --format` writes is imported by another account as it is', async () => {
  const [one, two] = [randomUUID(), randomUUID()];
  const file = await fileOf('watched-history.json', [
    seen(1),
    seen(2, 2, '2026-03-05T20:15:30.000Z'),
  ]);
  await run(['import', file, '--from', 'trakt', '--user', one, '--yes']);
  const out = join(home, 'trakt-files');
  const argv = ['export', '--user', one, '--format', 'trakt'];
  expect(await run(argv)).toMatchObject({ code: 1 });
  const written = await run([...argv, '--out', out]);
  expect(written).toMatchObject({ code: 0 });
  expect(written.out).toContain('2 record(s) written, 0 for which trakt has no place');
  const again = join(out, 'watched-history.json');
  await run(['import', again, '--from', 'trakt', '--user', two, '--yes']);
  expect(await shown(two)).toEqual(await shown(one));
  expect(await run([...argv, '--out', out])).toMatchObject({ code: 1 });
});
