import { ERR_INVALID_UNCOMPRESSED_SIZE } from '@zip.js/zip.js';
import { expect, it } from 'vitest';
import { ArchiveError, openArchive } from './archive.ts';
import { FILE_LIMITS } from './limits.ts';
import { fatesIn, filesIn, readAll, readZip } from './testing/read-all.ts';
import { zipOf } from './testing/zip-of.ts';

const HISTORY = JSON.stringify([
  { id: 1, watched_at: '2026-04-01T11:10:00.000Z', movie: { ids: { trakt: 1 }, title: 'Made-up' } },
]);
const trakt = { source: 'trakt' } as const;

it('[IMP2] only known names are opened, and each that is not is told', async () => {
  const readings = await readZip(
    {
      'watched-history-1.json': HISTORY,
      'network-followers.json': 'not even JSON',
      '__MACOSX/watched-history-1.json': HISTORY,
      '.DS_Store': 'x',
    },
    trakt,
  );
  expect(filesIn(readings)).toEqual([
    'network-followers.json: ignored: unknown_name',
    '__MACOSX/watched-history-1.json: ignored: unknown_name',
    '.DS_Store: ignored: unknown_name',
    'watched-history-1.json: read',
  ]);
  expect(fatesIn(readings)).toEqual(['1 play']);
});

it('[IMP2] a name that leaves the archive is not opened, however known its end is', async () => {
  const readings = await readZip(
    { '../watched-history-1.json': HISTORY, '/watched-history-2.json': HISTORY },
    trakt,
  );
  expect(filesIn(readings)).toEqual([
    '../watched-history-1.json: ignored: unsafe_name',
    '/watched-history-2.json: ignored: unsafe_name',
  ]);
});

it.each([
  ['fileBytesMax', 10_000, 'too_large'],
  // The first member of two takes what the second one needs.
  ['totalBytesMax', 14_100, 'archive_too_large'],
] as const)('[IMP2] past %s a member is not read, and others are', async (limit, max, reason) => {
  const long = JSON.stringify([{ padding: 'x'.repeat(14_000) }]);
  const readings = await readZip(
    {
      'watched-history-1.json': HISTORY,
      'watched-history-2.json': long,
      'ratings-movies.json': '[]',
    },
    { ...trakt, limits: { ...FILE_LIMITS, [limit]: max } },
  );
  expect(filesIn(readings)).toEqual([
    'watched-history-1.json: read',
    `watched-history-2.json: unreadable: ${reason}`,
    'ratings-movies.json: read',
  ]);
});

it('[IMP2] a member that unpacks to far more than it has is not read', async () => {
  const limits = { ...FILE_LIMITS, ratioMax: 20, ratioFreeBytes: 1_000 };
  const readings = await readZip(
    {
      'watched-history.json': `[${' '.repeat(20_000)}]`,
      'ratings-movies.json': `[${' '.repeat(900)}]`,
    },
    { ...trakt, limits },
  );
  expect(filesIn(readings)).toEqual([
    'watched-history.json: unreadable: ratio_too_high',
    'ratings-movies.json: read',
  ]);
});

it('[IMP2] a member that has more than the archive says is not read past that', async () => {
  const file = await zipOf(
    { 'watched-history.json': `[${' '.repeat(20_000)}]` },
    { dataDescriptor: false },
  );
  const bytes = new Uint8Array(await file.arrayBuffer());
  const view = new DataView(bytes.buffer);
  const directory = Array.from({ length: bytes.length - 4 }, (_, index) => index).find(
    (index) => view.getUint32(index, true) === 0x02_01_4b_50,
  );
  // The unpacked size, in the directory and before the member.
  view.setUint32((directory ?? 0) + 24, 10, true);
  view.setUint32(22, 10, true);
  const lying = new Blob([bytes]);
  expect(filesIn(await readAll(lying, trakt))).toEqual([
    'watched-history.json: unreadable: damaged',
  ]);
  const { members } = await openArchive(lying, 'x.zip', FILE_LIMITS);
  // Told as soon as it passes what was said, not after all of it is there.
  await expect(members[0]?.bytes()).rejects.toMatchObject({
    cause: { message: ERR_INVALID_UNCOMPRESSED_SIZE },
  });
});

it('[IMP2] an archive with too many members, or a damaged one, is refused as a whole', async () => {
  const file = await zipOf({ 'a.json': '[]', 'b.json': '[]', 'c.json': '[]' });
  const limits = { ...FILE_LIMITS, filesMax: 2 };
  await expect(readAll(file, { ...trakt, limits })).rejects.toEqual(
    new ArchiveError('too_many_files'),
  );
  const cut = file.slice(0, file.size - 40);
  await expect(readAll(cut, trakt)).rejects.toEqual(new ArchiveError('damaged'));
});

it.each([true, false])(
  'an encrypted archive is read with its password (ZipCrypto: %s)',
  async (zipCrypto) => {
    const file = await zipOf(
      { 'watched-history.json': HISTORY },
      { password: 'secret', zipCrypto },
    );
    expect(filesIn(await readAll(file, trakt))).toEqual([
      'watched-history.json: ignored: encrypted',
    ]);
    const opened = await readAll(file, { ...trakt, options: { password: 'secret' } });
    expect(fatesIn(opened)).toEqual(['1 play']);
    const wrong = await readAll(file, { ...trakt, options: { password: 'other' } });
    expect(filesIn(wrong)).toEqual(['watched-history.json: unreadable: damaged']);
  },
);
