import { expect, test } from 'vitest';
import { describeAs, TestViewer } from '../testing/viewer.ts';
import { Viewing } from '../testing/viewing.ts';
import { CASE_CONTENTS, WATCHING_CASES, type WatchingCase } from '../testing/watching-cases.ts';
import { isCard, type Verdict } from './card.ts';
import { continueWatching, explainContinueWatching } from './continue-watching.ts';
import { CONTINUE_WATCHING_POLICY } from './viewer.ts';

const describe = describeAs(CASE_CONTENTS);
const policy = CONTINUE_WATCHING_POLICY;

function casesOf(rule: string): WatchingCase[] {
  return WATCHING_CASES.filter((one) => one.rule === rule);
}

function judge({ does }: WatchingCase): Verdict[] {
  const viewing = new Viewing('2026-03-01T20:00:00Z');
  for (const happen of does) happen(viewing);
  const source = { state: new TestViewer(viewing.writes), describe, policy };
  const verdicts = explainContinueWatching(source, viewing.nowMs);
  expect(continueWatching(source, viewing.nowMs)).toEqual(verdicts.filter(isCard));
  return verdicts;
}

function check(one: WatchingCase): void {
  const verdicts = judge(one);
  const shows = verdicts.filter(isCard).map((card) => {
    const { groupId, contentId, reason, positionSeconds, isRewatch } = card;
    return `${groupId}: ${contentId} ${reason} ${positionSeconds}${isRewatch ? ' again' : ''}`;
  });
  const hides = verdicts.flatMap((verdict) =>
    isCard(verdict) ? [] : [`${verdict.groupId}: ${verdict.hiddenBy}`],
  );
  expect({ shows, hides }).toEqual({ shows: one.shows ?? [], hides: one.hides ?? [] });
}

test.each(casesOf('CW1'))('[CW1] $title', check);
test.each(casesOf('CW2'))('[CW2] $title', check);
test.each(casesOf('CW3'))('[CW3] $title', check);
test.each(casesOf('CW4'))('[CW4] $title', check);
test.each(casesOf('CW5'))('[CW5] $title', check);
test.each(casesOf('CW6'))('[CW6] $title', check);
test.each(casesOf('CW7'))('[CW7] $title', check);
test.each(casesOf('CW10'))('[CW10] $title', check);
