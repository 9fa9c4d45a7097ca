import { ArchiveError } from '../archive.ts';
import { csvRows, type CsvRow } from '../csv.ts';
import { numberOf } from '../fields.ts';
import { fault, type Line, type Taken } from '../reading.ts';
import type { Work } from '../record.ts';
import { partsOf, type ReadOptions, type Source } from '../source.ts';
import { moment, type Zoneless } from '../when.ts';
import { episodeWork, withName } from '../works.ts';

const COLUMNS = 9;
/** The last one counts: show and title may hold the same signs. */
const EPISODE_NAME = /^(.+) - s(\d{1,4})e(\d{1,5})(?: - (.*))?$/i;
const HEX_ID = /^[0-9a-f]{32}$/i;

/** Jellyfin's Playback Reporting: tab-separated, no header, one row for each session. */
export const playbackReporting: Source = {
  kinds: ['tsv'],
  kindOf(path) {
    const name = partsOf(path)?.at(-1) ?? '';
    return /^playback.?reporting.*\.(?:tsv|txt|bak)$/.test(name) ? 'tsv' : undefined;
  },
  loneKind: 'tsv',
  start:
    (_present, options) =>
    ({ text }) =>
      lines(text, options),
};

async function* lines(text: string, { person, zone }: ReadOptions): AsyncGenerator<Line> {
  await requireOnePerson(text, person);
  const zoneless: Zoneless = zone === undefined ? 'day' : { zone };
  for await (const row of csvRows(text, '\t')) {
    if (!('cells' in row)) yield { line: row.line, taken: fault(row.fault) };
    else if (person !== undefined && !isOf(row, person)) continue;
    else yield { line: row.line, taken: take(row, zoneless) };
  }
}

const isOf = ({ cells }: CsvRow, person: string) =>
  cells[1]?.toLowerCase() === person.toLowerCase().replaceAll('-', '');

/**
 * One person's import takes nothing of another one.
 *
 * @throws ArchiveError `several_people`; `unknown_header` for a file of something else.
 */
async function requireOnePerson(text: string, person: string | undefined): Promise<void> {
  const people = new Set<string>();
  for await (const row of csvRows(text, '\t')) {
    const id = 'cells' in row && row.cells.length >= COLUMNS ? row.cells[1] : undefined;
    if (id !== undefined && HEX_ID.test(id)) people.add(id.toLowerCase());
  }
  if (people.size === 0) throw new ArchiveError('unknown_header');
  if (people.size > 1 && person === undefined) throw new ArchiveError('several_people');
}

function take({ cells }: CsvRow, zoneless: Zoneless): Taken {
  if (cells.length < COLUMNS) return fault('invalid_entry');
  const [date = '', , , type = '', name = '', , , , duration] = cells;
  if (type !== 'Movie' && type !== 'Episode') return 'other_medium';
  const when = moment(date, zoneless);
  if (when === undefined) return fault('invalid_date');
  const work = type === 'Movie' ? film(name) : episode(name);
  if (work === undefined) return fault('no_work');
  const playedSeconds = numberOf(duration);
  if (playedSeconds === undefined) return fault('invalid_entry');
  return playedSeconds <= 0
    ? 'no_viewing'
    : [{ work, says: { kind: 'session', when, playedSeconds } }];
}

function film(name: string): Work | undefined {
  return name.trim() === '' ? undefined : withName({ type: 'movie', ids: {}, title: name.trim() });
}

/** `s00e00` stands for unknown numbers. */
function episode(name: string): Work | undefined {
  const [, show = '', season, number, title] = EPISODE_NAME.exec(name) ?? [];
  if (season === undefined || (Number(season) === 0 && Number(number) === 0)) return undefined;
  if (show === 'Not Known') return undefined;
  return episodeWork({ ids: {}, title: show }, season, number, { ids: {}, title });
}
