import { expect, test } from 'vitest';
import { isFinished, isSameCut } from '../playback-position.ts';
import { describeAs, TestViewer } from '../testing/viewer.ts';
import {
  dismiss,
  endRewatch,
  play,
  restore,
  rewatch,
  runOn,
  runOut,
  see,
  until,
  Viewing,
  type Happening,
} from '../testing/viewing.ts';
import { CASE_CONTENTS, EPISODE_SECONDS } from '../testing/watching-cases.ts';
import type { AliasLink } from './aliases.ts';
import { isCard, type Card } from './card.ts';
import { continueWatching, explainContinueWatching } from './continue-watching.ts';
import { CONTINUE_WATCHING_POLICY as policy } from './viewer.ts';
import { watchStatus, type WatchStatus } from './watch-status.ts';
import { createWatchingList } from './watching-list.ts';

const START = '2026-03-01T20:00:00Z';
const SEASON_1 = ['f11', 'f12', 'f13'].map((id) => see(id, EPISODE_SECONDS));
const UNKNOWN = { type: 'movie' };

function after(does: readonly Happening[], contents = CASE_CONTENTS, links: AliasLink[] = []) {
  const viewing = new Viewing(START);
  for (const happen of does) happen(viewing);
  const state = new TestViewer(viewing.writes);
  const source = { state, policy, describe: describeAs(contents, links) };
  return {
    cards: (nowMs = viewing.nowMs): Card[] => continueWatching(source, nowMs),
    hidden: () =>
      explainContinueWatching(source, viewing.nowMs).flatMap((verdict) =>
        isCard(verdict) ? [] : [`${verdict.groupId} ${verdict.hiddenBy}`],
      ),
    statusOf: (contentId: string): WatchStatus =>
      watchStatus(
        {
          progress: state.progress(contentId),
          watched: state.register('watched', contentId),
          facts: contents[contentId],
        },
        policy,
      ),
    list: createWatchingList(source),
  };
}

const shown = (cards: readonly Card[]) =>
  cards.map(({ contentId, positionSeconds }) => `${contentId} ${positionSeconds}`);

test('[CW7] playing ten seconds of a watched episode does not un-watch it', () => {
  const { statusOf, cards } = after([...SEASON_1.slice(0, 2), play('f11', 10)]);
  expect(statusOf('f11').status).toBe('watched');
  expect(shown(cards())).toEqual(['f13 0']);
});

test('[CW7] nothing is 60 % watched and watched at once', () => {
  const seen = after([see('orchard', 5_400), play('orchard', 3_240)]).statusOf('orchard');
  expect(seen).toMatchObject({ status: 'in_progress', positionSeconds: 3_240 });
  const marked = after([play('orchard', 3_240), runOut('orchard', 5_400)]).statusOf('orchard');
  expect(marked).toMatchObject({ status: 'watched', positionSeconds: 0 });
});

test('[CW1] there are never two cards of one series', () => {
  const { cards } = after([play('f12', 600), play('f-special', 600), ...SEASON_1.slice(0, 1)]);
  expect(shown(cards())).toEqual(['f-special 600']);
});

test('[CW4] a dismissed title does not come back by itself, and keeps its place', () => {
  const dismissed = [play('f11', 600, { on: 'TV' }), dismiss('ferry')];
  const later = [runOn('f11', 900, { on: 'TV' }), until('2028-01-01')];
  expect(after([...dismissed, ...later]).hidden()).toEqual(['ferry dismissed']);
  expect(shown(after([...dismissed, ...later, restore('ferry')]).cards())).toEqual(['f11 900']);
});

test('[CW4] a title that was dismissed under one name is under every other', () => {
  const does = [play('orchard', 600), dismiss('imdb:tt9')];
  expect(shown(after(does).cards())).toEqual(['orchard 600']);
  const links = [{ alias: 'imdb:tt9', contentId: 'orchard' }];
  expect(after(does, CASE_CONTENTS, links).hidden()).toEqual(['orchard dismissed']);
});

test('[CW5] a season that is announced a year later comes by itself, and says when', () => {
  const { ferry, f11, f12, f13, f21 } = CASE_CONTENTS;
  const announced = { ferry, f11, f12, f13, f21 } as typeof CASE_CONTENTS;
  const { f21: _, ...before } = announced;
  expect(after(SEASON_1, before).hidden()).toEqual(['ferry watched']);
  const { cards, list } = after(SEASON_1, announced);
  const day = Date.parse('2027-02-01');
  expect(list.cards(day - 1)).toEqual([]);
  expect(list.changesAtMs()).toBe(day);
  expect(list.cards(day)).toEqual(cards(day));
  expect(cards(day)).toMatchObject([{ contentId: 'f21', reason: 'new_episode' }]);
});

test('[CW5] a special is never next', () => {
  expect(shown(after(SEASON_1.slice(0, 1)).cards())).toEqual(['f12 0']);
  const { ferry, f11, 'f-special': special } = CASE_CONTENTS;
  const contents = { ferry, f11, special: { ...special, season: 0 } } as typeof CASE_CONTENTS;
  expect(after(SEASON_1.slice(0, 1), contents).hidden()).toEqual(['ferry watched']);
});

test('[CW3] a finished film goes though its credits were skipped, and an episode at 88 % with two minutes left', () => {
  expect(after([play('lantern', 5_010)]).hidden()).toEqual(['lantern watched']);
  expect(isFinished({ positionSeconds: 880, durationSeconds: 1_000 }, { isEpisode: true })).toBe(
    true,
  );
  expect(isFinished({ positionSeconds: 880, durationSeconds: 1_000 })).toBe(false);
});

test('[CW6] a rewatch can be started, and throws no history away', () => {
  const started = after([...SEASON_1, rewatch('ferry')]);
  expect(started.cards()).toMatchObject([{ contentId: 'f11', isRewatch: true }]);
  expect(started.statusOf('f13')).toMatchObject({ status: 'watched', wasWatched: true });
  const ended = after([...SEASON_1, rewatch('ferry'), endRewatch('ferry')]);
  expect(ended.hidden()).toEqual(after(SEASON_1).hidden());
});

test('[CW10] a live stream does not show up, at whatever position', () => {
  for (const seconds of [0, 1, 7_200]) {
    expect(after([play('radio', seconds), runOn('radio', seconds + 1)]).cards()).toEqual([]);
  }
});

test.each([
  [5_400, 5_400, true],
  [5_400, 5_347, true],
  [5_400, 5_346, false],
  [5_346, 5_400, false],
  [5_400, 7_200, false],
  [0, 5_400, true],
  [5_400, 0, true],
])('[CW3] a place of %d seconds is one in a cut of %d: %s', (length, other, expected) => {
  expect(isSameCut(length, other)).toBe(expected);
});

test('names that are learnt late join two half-watched contents, and part them again', () => {
  const does = [play('imdb:tt1', 900), play('tmdb:movie:1', 600)];
  const contents = { 'tmdb:movie:1': UNKNOWN };
  const links = [{ alias: 'imdb:tt1', contentId: 'tmdb:movie:1' }];
  const apart = ['tmdb:movie:1 600', 'imdb:tt1 900'];
  expect(shown(after(does, contents).cards())).toEqual(apart);
  expect(shown(after(does, contents, links).cards())).toEqual(['tmdb:movie:1 600']);
  const further = [...does, play('imdb:tt1', 1_200)];
  expect(shown(after(further, contents, links).cards())).toEqual(['tmdb:movie:1 1200']);
  expect(shown(after(further, contents).cards())).toEqual(['imdb:tt1 1200', 'tmdb:movie:1 600']);
});
