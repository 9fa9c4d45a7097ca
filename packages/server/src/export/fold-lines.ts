import type { DataLine } from './export-schemas.ts';

/** The lines of an export with each row once, as it was last: what changed while it was read comes again. [SQL5] */
export function foldLines(lines: Iterable<DataLine>): DataLine[] {
  const byKey = new Map<string, DataLine>();
  for (const line of lines) byKey.set(keyOf(line), line);
  return [...byKey.values()];
}

/** What the row is stored under; no id holds a control character. */
function keyOf(line: DataLine): string {
  switch (line.type) {
    case 'watchlist':
      return `${line.type}\0${line.tag}`;
    case 'progress':
      return `${line.type}\0${line.contentId}`;
    case 'register':
      return `${line.type}\0${line.register}\0${line.key}`;
    case 'play':
      return `${line.type}\0${line.playId}`;
    case 'device':
      return `${line.type}\0${line.deviceId}`;
    case 'floor':
      return line.type;
  }
}
