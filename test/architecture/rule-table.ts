/** Every rule that code and tests may refer to, by section of the design. */
const RULE_COUNTS_BY_SECTION = {
  clock: { HLC: 6 },
  'watch state': { ORS: 5, LWW: 6 },
  store: { SQL: 7, GC: 9, CUR: 6 },
  service: { SEC: 5 },
  'live protocol': { LIV: 9 },
  'client SDK': { SDK: 9 },
  operation: { OPS: 3 },
  intent: { CLM: 8 },
  'registers and plays': { REG: 3, PLY: 4 },
  'continue watching': { CW: 10 },
  files: { IMP: 3, EXP: 1 },
  "Trakt's API": { TRK: 7 },
  hooks: { HOK: 4 },
  household: { ACC: 5 },
  'every screen': { ENG: 9 },
} as const;

type Section = keyof typeof RULE_COUNTS_BY_SECTION;

function idsOf(section: Section): string[] {
  return Object.entries(RULE_COUNTS_BY_SECTION[section]).flatMap(([prefix, count]) =>
    Array.from({ length: count }, (_, index) => `${prefix}${index + 1}`),
  );
}

export const KNOWN_RULE_IDS: ReadonlySet<string> = new Set(
  (Object.keys(RULE_COUNTS_BY_SECTION) as Section[]).flatMap(idsOf),
);

/** Of sections that are built in part. */
const BUILT_OF_OTHERS = [
  'OPS1',
  'OPS2',
  'OPS3',
  'CLM1',
  'CLM2',
  'CLM3',
  'CLM4',
  'CLM5',
  'CLM6',
  'CLM7',
  'CLM8',
  'IMP1',
  'IMP2',
  'IMP3',
  'REG1',
  'REG2',
  'REG3',
  'PLY1',
  'PLY2',
  'PLY3',
  'PLY4',
  'EXP1',
  'CW1',
  'CW2',
  'CW3',
  'CW4',
  'CW5',
  'CW6',
  'CW7',
  'CW8',
  'CW9',
  'CW10',
  'TRK1',
  'TRK2',
  'TRK3',
  'TRK4',
  'TRK5',
  'TRK6',
  'TRK7',
  'HOK1',
  'HOK2',
  'HOK3',
  'HOK4',
  'ACC1',
  'ACC2',
  'ACC3',
  'ACC4',
  'ACC5',
  'ENG1',
  'ENG2',
  'ENG3',
  'ENG4',
  'ENG5',
  'ENG6',
  'ENG7',
  'ENG8',
  'ENG9',
];

/** The rules whose parts exist: each has a test with its id in the title, and a row in docs/guarantees.md. */
export const BUILT_RULE_IDS: readonly string[] = (
  ['clock', 'watch state', 'store', 'service', 'live protocol', 'client SDK'] as const
)
  .flatMap(idsOf)
  .concat(BUILT_OF_OTHERS);

const RULE_ID = /\[([A-Z]{2,5}\d{1,2})\]/g;

export function idsIn(text: string): string[] {
  return [...text.matchAll(RULE_ID)].flatMap(([, id]) => id ?? []);
}

/** The ids that open the first argument of a call: a title is one, a comment or a value is not. */
export function idsInTitles(source: string): string[] {
  const titles = source.matchAll(/\(\s*['"`]((?:\[[A-Z]{2,5}\d{1,2}\] ?)+)/g);
  return [...titles].flatMap(([, ids]) => idsIn(ids ?? ''));
}
