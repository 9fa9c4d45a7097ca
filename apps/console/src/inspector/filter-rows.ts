import type { InspectedUser, NewestRows } from './inspected-user.ts';
import type { OpLine } from './tail-line.ts';

/** Leaves the rows in which every word of the filter stands, in any column and in any case. */
export function filterUser(user: InspectedUser, filter: string): InspectedUser {
  const matches = matcherOf(filter);
  const only = <Row>(list: NewestRows<Row>): NewestRows<Row> => ({
    ...list,
    items: list.items.filter(matches),
  });
  return {
    ...user,
    watching: only(user.watching),
    watchlist: only(user.watchlist),
    progress: only(user.progress),
    registers: only(user.registers),
    plays: only(user.plays),
    devices: only(user.devices),
    sessions: user.sessions.filter(matches),
  };
}

export function filterOps<Line extends OpLine>(lines: readonly Line[], filter: string): Line[] {
  const matches = matcherOf(filter);
  return lines.filter(({ op, result }) => matches({ ...op, result }));
}

function matcherOf(filter: string): (row: unknown) => boolean {
  const words = filter
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  if (words.length === 0) return () => true;
  return (row) => {
    const text = valuesIn(row).toLowerCase();
    return words.every((word) => text.includes(word));
  };
}

/** The values alone: names of columns are in every row. */
function valuesIn(value: unknown): string {
  if (typeof value !== 'object' || value === null) return String(value);
  return Object.values(value).map(valuesIn).join('\n');
}
