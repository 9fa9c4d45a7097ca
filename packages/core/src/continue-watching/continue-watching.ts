import { compareTimestamps } from '../timestamp.ts';
import { isCard, type Card, type Verdict } from './card.ts';
import { groupOf } from './group-of.ts';
import { judgeGroup, type ListSource } from './judge-group.ts';

/**
 * Every group that somebody did something with, in the order of the list: on one card, or hidden for one reason. [CW8]
 */
export function explainContinueWatching(source: ListSource, nowMs: number): Verdict[] {
  const namesByGroup = new Map<string, Set<string>>();
  for (const name of source.state.contentIds()) {
    const groupId = groupOf(name, source.describe);
    const names = namesByGroup.get(groupId);
    if (names === undefined) namesByGroup.set(groupId, new Set([groupId, name]));
    else names.add(name);
  }
  const verdicts: Verdict[] = [];
  for (const [groupId, names] of namesByGroup) {
    const verdict = judgeGroup(groupId, [...names], source, nowMs);
    if (verdict !== undefined) verdicts.push(verdict);
  }
  return verdicts.sort(compareVerdicts);
}

/** One card a group, the latest engaged first. [CW1] [CW2] */
export function continueWatching(source: ListSource, nowMs: number): Card[] {
  return explainContinueWatching(source, nowMs).filter(isCard);
}

/** The latest engaged first, ties by group id. [CW2] */
export function compareVerdicts(a: Verdict, b: Verdict): number {
  return compareTimestamps(b.engagedAt, a.engagedAt) || (a.groupId < b.groupId ? -1 : 1);
}
