import { claimOf, type ViewerState, type Written } from '@cuepoint/core';
import type { Viewed } from '@cuepoint/store';
import { instantOf } from '../http/instant.ts';
import type { WatchingPage } from '../watching/read-list.ts';
import { toListedVerdict } from '../watching/to-verdict.ts';
import { toWriter } from './inspected-user.ts';

/** Why each title is on the list, or why it is not, with who wrote what of it. [CW8] */
export function toExplainedList(
  userId: string,
  { cards, hidden, isTruncated, viewed }: WatchingPage,
  nowMs: number,
) {
  const saidOf = indexSaid(viewed);
  const verdicts = [...cards, ...hidden].toSorted(
    (a, b) =>
      b.engagedAt.physical - a.engagedAt.physical || b.engagedAt.logical - a.engagedAt.logical,
  );
  return {
    userId,
    serverTime: nowMs,
    items: verdicts.map((verdict) => ({
      verdict: toListedVerdict(verdict, viewed.describe, true),
      said: [...new Set([verdict.contentId, verdict.groupId])].flatMap(saidOf),
    })),
    isTruncated,
  };
}

const KINDS = ['watched', 'dismissed', 'rewatch'] as const;

/** By the name that counts, under whatever name it was said. */
function indexSaid({ state, describe }: Viewed) {
  const namesById = new Map<string, string[]>();
  for (const name of state.contentIds()) {
    const id = describe.canonical(name);
    namesById.set(id, [...(namesById.get(id) ?? []), name]);
  }
  return (id: string) => (namesById.get(id) ?? []).flatMap((name) => saidUnder(name, state));
}

function saidUnder(name: string, state: ViewerState) {
  const written: (readonly [kind: string, Written<unknown> | undefined])[] = [
    ['progress', state.progress(name)],
    ...KINDS.map((kind) => [kind, state.register(kind, name)] as const),
  ];
  return written.flatMap(([kind, said]) =>
    said === undefined
      ? []
      : [
          {
            kind,
            key: name,
            value: said.value,
            written: toWriter(said.stamp),
            claimedAt: instantOf(claimOf(said.stamp).physical),
          },
        ],
  );
}
