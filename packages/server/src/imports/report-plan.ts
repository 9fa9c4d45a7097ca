import type { Work } from '@cuepoint/core';
import type { Outcome, Plan } from '@cuepoint/files';

/** Lines of one kind of trouble that are shown unless all are asked for. */
const SHOWN_MAX = 20;

const WORDS: Readonly<Record<Outcome, string>> = {
  added: 'added',
  changed: 'changed',
  already_there: 'already there',
  unmatched: 'unknown: no content has its ids or its name',
  ambiguous: 'ambiguous: several contents have its name',
  no_viewing: 'played, but not to its end',
  not_kept: 'not kept: there is no place for it',
};
const OUTCOMES = Object.keys(WORDS) as readonly Outcome[];

interface Fate {
  readonly place: string;
  readonly words: string;
  readonly isTrouble: boolean;
}

/** The fate of every line with its number, or of those that ask for a look; and counts, which add up to the lines. [IMP1] */
export function reportPlan(plan: Plan, { all }: { readonly all: boolean }): string[] {
  const fates = fatesOf(plan);
  const troubled = fates.filter(({ isTrouble }) => isTrouble);
  const shown = all ? fates : troubled.slice(0, SHOWN_MAX);
  const rest = troubled.length - shown.length;
  const report = [
    ...plan.files.flatMap((file) => {
      if (file.fate === 'read') return [];
      if (file.fate === 'incomplete') {
        return [`${file.file}: the archive says that it lacks ${file.detail}`];
      }
      // What is of no interest is told on demand.
      return all || file.fate === 'unreadable'
        ? [`${file.file}: ${file.fate} (${file.reason})`]
        : [];
    }),
    ...shown.map(({ place, words }) => `${place}: ${words}`),
    ...(rest > 0 && !all ? [`and ${rest} more; --lines shows every line`] : []),
    `${fates.length} line(s)`,
    ...countsOf(plan).map(([words, count]) => `  ${String(count).padStart(6)}  ${words}`),
    `${plan.ops.length} change(s) to write`,
  ];
  return report;
}

function fatesOf({ lines, skipped }: Plan): Fate[] {
  const planned = lines.map(({ file, line, outcome, work }) => ({
    place: `${file}:${line}`,
    words: work === undefined ? WORDS[outcome] : `${WORDS[outcome]}: ${nameOf(work)}`,
    isTrouble: outcome === 'unmatched' || outcome === 'ambiguous',
  }));
  const others = skipped.map(({ file, line, fate, reason }) => ({
    place: `${file}:${line}`,
    words: `${fate} (${reason})`,
    isTrouble: fate === 'unreadable',
  }));
  return [...planned, ...others];
}

function countsOf({ lines, skipped }: Plan): (readonly [string, number])[] {
  const rows = OUTCOMES.map(
    (outcome) => [WORDS[outcome], lines.filter((line) => line.outcome === outcome).length] as const,
  );
  const ignored = skipped.filter(({ fate }) => fate === 'ignored').length;
  const others = [
    ['holds nothing to take', ignored],
    ['unreadable', skipped.length - ignored],
  ] as const;
  return [...rows, ...others].filter(([, count]) => count > 0);
}

function nameOf({ title, year, series, season, episode }: Work): string {
  const name = series?.title ?? title ?? 'without a title';
  const numbers = season === undefined || episode === undefined ? '' : ` s${season}e${episode}`;
  return `${name}${year === undefined ? '' : ` (${year})`}${numbers}`;
}
