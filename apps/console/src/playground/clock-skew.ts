const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_MS = 365.25 * DAY_MS;

export interface ClockSkew {
  readonly label: string;
  /** What is added to the right time. */
  readonly ms: number;
}

const steps: readonly ClockSkew[] = [
  { label: 'five minutes', ms: 5 * MINUTE_MS },
  { label: 'an hour', ms: HOUR_MS },
  { label: 'a day', ms: DAY_MS },
];

/** The stops of the slider: a clock without a battery says 1970, a mistyped one 2099. */
export function skewsAt(nowMs: number): readonly ClockSkew[] {
  const year = new Date(nowMs).getUTCFullYear();
  return [
    { label: 'says 1970', ms: (1970 - year) * YEAR_MS },
    ...steps.map(({ label, ms }) => ({ label: `${label} behind`, ms: -ms })).toReversed(),
    { label: 'right', ms: 0 },
    ...steps.map(({ label, ms }) => ({ label: `${label} ahead`, ms })),
    { label: 'says 2099', ms: (2099 - year) * YEAR_MS },
  ];
}
