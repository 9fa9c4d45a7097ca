/** One change of a person's watch state, whatever the system that keeps it. */
export type HistoryChange =
  | { readonly kind: 'add' | 'remove'; readonly contentId: string }
  | {
      readonly kind: 'progress';
      readonly contentId: string;
      readonly positionSeconds: number;
      readonly durationSeconds: number;
      readonly state: 'playing' | 'paused';
    };

export interface HistorySize {
  /** Items on the watchlist at the start. */
  readonly items: number;
  /** Titles with progress at the start. */
  readonly registers: number;
  /** Changes after it. */
  readonly changes: number;
}

export interface History {
  /** What a device has made of a person's state so far, a change each. */
  readonly start: readonly HistoryChange[];
  /** What another device does then. */
  readonly changes: readonly HistoryChange[];
  /** What is left of both. */
  readonly listed: number;
  readonly registers: number;
}

const DURATION_SECONDS = 5_400;
/** Of ten changes six report progress, three add a title and one removes the title that is listed longest. */
const TURN = ['progress', 'add', 'progress', 'progress', 'add', 'progress', 'remove'] as const;
const KINDS = [...TURN, 'progress', 'add', 'progress'] as const;

/**
 * The same changes in the same order for every system.
 *
 * Reports go round all titles, so that as few as possible replace one another: a system that keeps only the last of a
 * title has the least of it.
 */
export function createHistory({ items, registers, changes }: HistorySize): History {
  const report = (turn: number, index: number): HistoryChange => ({
    kind: 'progress',
    contentId: `watched-${String(index).padStart(6, '0')}`,
    positionSeconds: (turn * 30 + index) % DURATION_SECONDS,
    durationSeconds: DURATION_SECONDS,
    state: (turn + index) % 4 === 0 ? 'paused' : 'playing',
  });
  const add = (index: number): HistoryChange => ({ kind: 'add', contentId: listedId(index) });
  let [reports, added, removed] = [registers, items, 0];
  return {
    start: [
      ...Array.from({ length: items }, (_, index) => add(index)),
      ...Array.from({ length: registers }, (_, index) => report(0, index)),
    ],
    changes: Array.from({ length: changes }, (_, index) => {
      const kind = KINDS[index % KINDS.length];
      if (kind === 'add') return add(added++);
      if (kind === 'remove') return { kind, contentId: listedId(removed++) };
      const turn = reports++;
      return report(Math.floor(turn / registers), turn % registers);
    }),
    listed: added - removed,
    registers,
  };
}

function listedId(index: number): string {
  return `listed-${String(index).padStart(6, '0')}`;
}
