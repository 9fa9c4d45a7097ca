import { packFiles, readImport } from '@cuepoint/files';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { UPLOAD_BYTES_MAX } from '../limits.ts';
import { BOTH_DATABASES } from '../testing/both-databases.ts';
import type { TestApi, TestUser } from '../testing/test-api.ts';

const FILM = { title: 'Made-up', year: 1999, ids: { trakt: 1, tmdb: 1 } };
const HISTORY = JSON.stringify([
  { id: 1, watched_at: '2026-03-01T20:15:30.000Z', action: 'watch', movie: FILM },
  {
    id: 2,
    watched_at: '2026-03-05T20:15:30.000Z',
    action: 'watch',
    movie: { title: 'No id', ids: {} },
  },
]);

async function zipOf(files: Readonly<Record<string, string>>): Promise<Buffer> {
  const written = Object.entries(files).map(([name, text]) => ({ name, text }));
  return Buffer.from(await packFiles(written));
}

describe.each(BOTH_DATABASES)('imports over HTTP on $name', ({ openApi }) => {
  let api: TestApi;
  let viewer: TestUser;
  beforeAll(async () => {
    api = await openApi({ env: { CUEPOINT_RATE_LIMIT: '0' } });
  });
  afterAll(() => api.close());
  beforeEach(async () => {
    viewer = await api.createUser();
  });

  const upload = (query: string, payload: string | Buffer) =>
    viewer.call('POST', `/imports?${query}`, {
      payload: Buffer.from(payload),
      headers: { 'content-type': 'application/octet-stream' },
    });
  const trakt = (payload: string | Buffer, more = '') =>
    upload(`source=trakt&file=watched-history.json${more}`, payload);
  const plays = async () => (await viewer.call('GET', '/history')).body.items.length;

  it('[IMP1] a dry run says what would become of each line, and writes nothing', async () => {
    const dry = await trakt(HISTORY, '&dryRun=true');
    expect(dry).toMatchObject({
      status: 200,
      body: {
        lines: 2,
        outcomes: { added: 1, unmatched: 1 },
        shown: [{ file: 'watched-history.json', line: 2, outcome: 'unmatched', title: 'No id' }],
      },
    });
    expect(dry.body.importId).toBeUndefined();
    expect(await plays()).toBe(0);
    expect((await viewer.call('GET', '/imports')).body.items).toEqual([]);
  });

  it('[IMP1] an import is written, listed, the same again nothing new, and taken back', async () => {
    const { body } = await trakt(HISTORY);
    expect(body).toMatchObject({ outcomes: { added: 1, unmatched: 1 } });
    expect(await plays()).toBe(1);
    expect((await trakt(HISTORY)).body).toMatchObject({
      outcomes: { already_there: 1, unmatched: 1 },
      changes: 0,
    });
    expect((await viewer.call('GET', '/imports')).body.items).toMatchObject([
      { importId: body.importId, source: 'trakt', file: 'watched-history.json', state: 'done' },
    ]);
    expect((await viewer.call('GET', '/unmatched')).body.items).toMatchObject([
      { work: { title: 'No id' }, source: 'trakt' },
    ]);
    expect(await viewer.call('DELETE', `/imports/${body.importId}`)).toMatchObject({ status: 200 });
    expect(await plays()).toBe(0);
    expect(await viewer.call('DELETE', `/imports/${body.importId}`)).toMatchObject({ status: 400 });
    expect(await viewer.call('DELETE', '/imports/trakt.00000000')).toMatchObject({ status: 404 });
  });

  it('[IMP2] what cannot be read is refused in words, and nothing of it is stored', async () => {
    const refused = [
      await trakt('{"not": '),
      await upload('source=trakt&file=archive.zip', 'PK\u0003\u0004 and no archive'),
      await trakt(''),
      await upload('source=nobody&file=x.json', HISTORY),
      await trakt(HISTORY, '&zone=Nowhere/Land'),
    ];
    expect(refused.map(({ status }) => status)).toEqual([200, 400, 400, 400, 400]);
    expect(refused[0]?.body).toMatchObject({
      files: [{ file: 'watched-history.json', fate: 'unreadable', reason: 'invalid_json' }],
      changes: 0,
    });
    expect(await plays()).toBe(0);
  });

  it('[IMP2] an archive with a way out, an unknown member and one that swells: each is told, and the rest is read', async () => {
    const archive = await zipOf({
      '../../watched-history.json': HISTORY,
      'watched-history-1.json': HISTORY,
      'nobody-knows-it.bin': 'x',
      'ratings-movies.json': `[${' '.repeat(40 * 1024 * 1024)}]`,
    });
    expect(archive.length).toBeLessThan(1024 * 1024);
    const { status, body } = await upload('source=trakt&file=archive.zip', archive);
    expect(status).toBe(200);
    expect(body.outcomes).toEqual({ added: 1, unmatched: 1 });
    const fates = new Map(
      body.files.map(({ file, fate }: { file: string; fate: string }) => [file, fate]),
    );
    expect(fates.get('nobody-knows-it.bin')).toBe('ignored');
    expect(fates.get('ratings-movies.json')).toBe('unreadable');
    expect(await plays()).toBe(1);
  });

  it('[IMP2] a row of a million columns is told, and a body past the bound is refused before it is read', async () => {
    const header = 'Date,Name,Year,Letterboxd URI,Rating,Rewatch,Tags,Watched Date';
    const wide = await upload(
      'source=letterboxd&file=diary.csv',
      `${header}\n${'a,'.repeat(1_000_000)}\n`,
    );
    expect(wide).toMatchObject({ status: 200, body: { changes: 0 } });
    expect(wide.body.outcomes.added).toBeUndefined();
    const large = await trakt(Buffer.alloc(50 * 1024 * 1024));
    expect(large).toMatchObject({
      status: 413,
      body: { code: 'payload_too_large', limit: { name: 'uploadBytes', value: UPLOAD_BYTES_MAX } },
    });
    expect(await plays()).toBe(0);
  });

  it('[SEC3] a person has one file on its way at a time, and is let in again after a refusal', async () => {
    const answers = await Promise.all(Array.from({ length: 4 }, () => trakt(HISTORY)));
    const codes = answers.map(({ status }) => status);
    expect(codes).toContain(200);
    expect(codes.every((status) => status === 200 || status === 429)).toBe(true);
    expect((await trakt(HISTORY)).status).toBe(200);
    expect(await plays()).toBe(1);
  });

  it('[EXP1] what is exported for another program is read back as it was', async () => {
    await trakt(HISTORY);
    await viewer.call('PUT', '/registers/rating/tmdb:movie:1', { body: { value: 8 } });
    for (const source of ['trakt', 'letterboxd', 'yamtrack'] as const) {
      const answer = await viewer.call('GET', `/export?format=${source}&zone=Europe/Berlin`);
      expect(answer.headers['content-type']).toBe('application/zip');
      const archive = await api.app.inject({
        method: 'GET',
        url: `/api/v1/export?format=${source}`,
        headers: { authorization: `Bearer ${viewer.token}` },
      });
      const file = new Blob([new Uint8Array(archive.rawPayload)]);
      const said: unknown[] = [];
      for await (const reading of readImport({ source, file, name: `${source}.zip` })) {
        if (reading.kind === 'line' && reading.fate === 'taken') {
          said.push(...reading.records.map(({ work, says }) => [work.ids.tmdb, says.kind]));
        }
      }
      expect(said).toContainEqual([1, 'play']);
      expect(said).toContainEqual([1, 'rating']);
    }
    expect(await viewer.call('GET', '/export?format=nobody')).toMatchObject({ status: 400 });
  });
});
