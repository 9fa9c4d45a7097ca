import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { claimOf } from '../stamp.ts';
import { compareTimestamps } from '../timestamp.ts';
import { describeAs, TestViewer, type ViewerWrite } from '../testing/viewer.ts';
import { dismiss, play, Viewing, type Happening } from '../testing/viewing.ts';
import {
  arbitraryContents,
  arbitraryHappenings,
  arbitraryLinks,
  arbitraryTick,
  WATCHED_IDS,
} from '../testing/watching-arbitraries.ts';
import { CASE_CONTENTS } from '../testing/watching-cases.ts';
import { isCard, type Verdict } from './card.ts';
import { explainContinueWatching } from './continue-watching.ts';
import { groupOf } from './group-of.ts';
import { CONTINUE_WATCHING_POLICY as policy, type Description } from './viewer.ts';

const DESCRIBE = describeAs(CASE_CONTENTS);

function viewingOf(happenings: readonly Happening[]): Viewing {
  const viewing = new Viewing('2026-03-01T20:00:00Z');
  for (const happen of happenings) happen(viewing);
  return viewing;
}

function explain(
  writes: readonly ViewerWrite[],
  nowMs: number,
  describe: Description = DESCRIBE,
): Verdict[] {
  return explainContinueWatching({ state: new TestViewer(writes), describe, policy }, nowMs);
}

test('[CW2] the list is the same in whatever order, and however often, the writes arrive', () => {
  fc.assert(
    fc.property(
      arbitraryHappenings(),
      arbitraryContents(),
      fc.infiniteStream(fc.nat()),
      (happenings, contents, order) => {
        const { writes, nowMs } = viewingOf(happenings);
        const arrived = [...writes, ...writes]
          .map((write) => ({ write, at: order.next().value }))
          .toSorted((a, b) => a.at - b.at)
          .map(({ write }) => write);
        const describe = describeAs(contents);
        expect(explain(arrived, nowMs, describe)).toEqual(explain(writes, nowMs, describe));
      },
    ),
  );
});

test('[CW8] each group that somebody did something with is on one card or hidden for one reason', () => {
  fc.assert(
    fc.property(arbitraryHappenings(), arbitraryContents(), (happenings, contents) => {
      const { writes, nowMs } = viewingOf(happenings);
      const describe = describeAs(contents);
      const state = new TestViewer(writes);
      const groups = new Set<string>();
      for (const id of WATCHED_IDS) {
        const isEngaged =
          state.progress(id)?.value != null || state.register('watched', id)?.value != null;
        if (isEngaged) groups.add(groupOf(id, describe));
      }
      const verdicts = explain(writes, nowMs, describe);
      const judged = verdicts.map(({ groupId }) => groupId);
      expect(new Set(judged).size).toBe(judged.length);
      for (const groupId of groups) expect(judged).toContain(groupId);
      for (const verdict of verdicts) {
        expect(isCard(verdict)).toBe(!('hiddenBy' in verdict));
        const { groupId } = verdict;
        const isBegunAnew = writes.some(({ kind }) => kind === 'rewatch');
        expect(groups.has(groupId) || isBegunAnew).toBe(true);
      }
    }),
  );
});

test('[CW2] a list is in the order of claims, then of group ids', () => {
  fc.assert(
    fc.property(arbitraryHappenings(), (happenings) => {
      const { writes, nowMs } = viewingOf(happenings);
      const verdicts = explain(writes, nowMs);
      for (const [index, verdict] of verdicts.entries()) {
        const next = verdicts[index + 1];
        if (next === undefined) continue;
        const order = compareTimestamps(next.engagedAt, verdict.engagedAt);
        expect(order < 0 || (order === 0 && verdict.groupId < next.groupId)).toBe(true);
      }
    }),
  );
});

test('[CW2] the report of a timer moves no card', () => {
  const report = fc.tuple(fc.constantFrom(...WATCHED_IDS), fc.constantFrom(10, 900, 2_600, 5_200));
  fc.assert(
    fc.property(arbitraryHappenings(), fc.array(report), (happenings, reports) => {
      const { writes, nowMs } = viewingOf(happenings);
      const state = new TestViewer(writes);
      const ticks = reports.flatMap(([contentId, positionSeconds], index): ViewerWrite[] => {
        const { value, stamp } = state.progress(contentId) ?? {};
        if (stamp === undefined || value === null) return [];
        const timestamp = { physical: nowMs + 1 + index, logical: 0 };
        const position = { positionSeconds, durationSeconds: 0, state: 'playing' as const };
        const { deviceId } = stamp;
        const claim = claimOf(stamp);
        return [{ kind: 'progress', contentId, ...position, timestamp, deviceId, claim }];
      });
      const before = orderOf(explain(writes, nowMs));
      const after = orderOf(explain([...writes, ...ticks], nowMs));
      expect(after.filter((id) => before.includes(id))).toEqual(
        before.filter((id) => after.includes(id)),
      );
    }),
  );
});

test('[CW4] what was dismissed comes back through an act and through nothing else', () => {
  fc.assert(
    fc.property(
      arbitraryHappenings(),
      fc.array(arbitraryTick(), { maxLength: 6 }),
      fc.constantFrom('ferry', 'mill', 'orchard', 'mystery'),
      (happenings, ticks, groupId) => {
        const content = groupId === 'ferry' ? 'f12' : groupId === 'mill' ? 'm2' : groupId;
        const known = [play(content, 300, { on: 'TV' }), ...happenings, dismiss(groupId)];
        // The phone dismissed it: only its own act is newer than that of the TV.
        const later = viewingOf([...known, ...ticks]);
        const dismissals = viewingOf(known).writes.slice(-1).map(claimOf);
        const engagedLater = later.writes.some(
          (write) =>
            groupOf(write.contentId, DESCRIBE) === groupId &&
            dismissals.some((at) => compareTimestamps(claimOf(write), at) > 0),
        );
        fc.pre(!engagedLater);
        for (const nowMs of [later.nowMs, Date.UTC(2030, 0)]) {
          const verdict = explain(later.writes, nowMs).find((one) => one.groupId === groupId);
          // There is none where its last place was forgotten.
          expect(verdict ?? { hiddenBy: 'dismissed' }).toMatchObject({ hiddenBy: 'dismissed' });
        }
        const played = viewingOf([...known, ...ticks, play(content, 300)]);
        const verdict = explain(played.writes, played.nowMs).find((one) => one.groupId === groupId);
        expect(verdict).not.toMatchObject({ hiddenBy: 'dismissed' });
      },
    ),
  );
});

test('[CW5] episodes that nobody engaged with change no card but those of a next or a new one', () => {
  fc.assert(
    fc.property(arbitraryHappenings(), arbitraryContents(), (happenings, contents) => {
      const { writes, nowMs } = viewingOf(happenings);
      const written = new Set(writes.map(({ contentId }) => contentId));
      const series = new Set(Object.values(contents).map(({ seriesId }) => seriesId));
      const isAddition = (id: string): boolean =>
        contents[id]?.type === 'episode' && !written.has(id) && !series.has(id);
      const fewer = Object.fromEntries(Object.entries(contents).filter(([id]) => !isAddition(id)));
      const before = cardsByGroup(explain(writes, nowMs, describeAs(fewer)));
      const after = cardsByGroup(explain(writes, nowMs, describeAs(contents)));
      const others = [...before.keys(), ...after.keys()].filter((groupId) =>
        [before.get(groupId), after.get(groupId)].some(
          (card) => card?.reason === 'in_progress' || card?.reason === 'rewatch',
        ),
      );
      expect(others.map((groupId) => after.get(groupId))).toEqual(
        others.map((groupId) => before.get(groupId)),
      );
    }),
  );
});

test('names of one content are read as if everything had been written under one', () => {
  fc.assert(
    fc.property(arbitraryHappenings(), arbitraryLinks(), (happenings, links) => {
      const { writes, nowMs } = viewingOf(happenings);
      const describe = describeAs(CASE_CONTENTS, links);
      const renamed = writes.map((write) => ({
        ...write,
        contentId: describe.canonical(write.contentId),
      }));
      expect(explain(writes, nowMs, describe)).toEqual(explain(renamed, nowMs, describe));
    }),
  );
});

function orderOf(verdicts: readonly Verdict[]): string[] {
  return verdicts.filter(isCard).map(({ groupId }) => groupId);
}

function cardsByGroup(verdicts: readonly Verdict[]) {
  return new Map(verdicts.filter(isCard).map((card) => [card.groupId, card]));
}

test('[CW2] two names of a film whose positions carry one stamp show one place, in whatever order they are known', () => {
  const names = describeAs({}, [{ alias: 'imdb:tt1', contentId: 'tmdb:movie:1' }]);
  const stamp = { timestamp: { physical: 1_000, logical: 1 }, deviceId: 'tv' };
  const position = { durationSeconds: 7_200, state: 'paused' } as const;
  const writes: ViewerWrite[] = [
    { kind: 'progress', contentId: 'imdb:tt1', positionSeconds: 1_622, ...position, ...stamp },
    { kind: 'progress', contentId: 'tmdb:movie:1', positionSeconds: 3_837, ...position, ...stamp },
  ];
  expect(explain(writes.toReversed(), 2_000, names)).toEqual(explain(writes, 2_000, names));
  expect(explain(writes, 2_000, names)).toMatchObject([{ positionSeconds: 1_622 }]);
});
