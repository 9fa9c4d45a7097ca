import { isCard, type Description, type Timestamp, type Verdict } from '@cuepoint/core';
import { instantOf } from '../http/instant.ts';

/** A verdict as answers tell it. @param isExplained with the rule that decided. [CW8] */
export function toListedVerdict(verdict: Verdict, known: Description, isExplained: boolean) {
  const { why, engagedAt, changesAtMs, ...rest } = verdict;
  const content = isCard(verdict) ? known.facts(verdict.contentId) : undefined;
  return {
    ...rest,
    engagedAt: momentOf(engagedAt),
    ...(changesAtMs === undefined ? {} : { changesAt: instantOf(changesAtMs) }),
    ...(content === undefined ? {} : { content }),
    ...(isExplained ? { why: whyOf(why) } : {}),
  };
}

function whyOf(why: Verdict['why']): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    Object.entries(why).map(([name, value]: [string, unknown]) => [
      name,
      typeof value === 'object' ? momentOf(value as Timestamp) : value,
    ]),
  );
}

/** The end of the year 9999: a claim is of its writer's clock, which may be any. */
const LAST_INSTANT_MS = 253_402_300_799_999;

function momentOf({ physical }: Timestamp): string {
  return instantOf(Math.min(physical, LAST_INSTANT_MS));
}
