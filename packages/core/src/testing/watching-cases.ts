import type { ListedFacts } from '../continue-watching/viewer.ts';
import {
  dismiss,
  endRewatch,
  forget,
  mark,
  play,
  restore,
  rewatch,
  runOn,
  runOut,
  see,
  unmark,
  until,
  type Happening,
} from './viewing.ts';

export const EPISODE_SECONDS = 2_700;
const FILM_SECONDS = 5_400;

/** `f` for the ferry: two seasons, the second a year later, and a special. */
export const CASE_CONTENTS: Readonly<Record<string, ListedFacts>> = {
  ferry: { type: 'series' },
  'f-special': episode('ferry', 0, 1),
  f11: episode('ferry', 1, 1),
  f12: episode('ferry', 1, 2),
  f13: episode('ferry', 1, 3),
  f21: episode('ferry', 2, 1, '2027-02-01'),
  f22: episode('ferry', 2, 2, '2027-02-08T20:15:00+01:00'),
  mill: { type: 'series' },
  m1: { type: 'episode', seriesId: 'mill', episode: 1, durationSeconds: 1_800 },
  m2: { type: 'episode', seriesId: 'mill', episode: 2, durationSeconds: 1_800 },
  lantern: { type: 'movie', durationSeconds: FILM_SECONDS, creditsStartSeconds: 5_000 },
  orchard: { type: 'movie', durationSeconds: FILM_SECONDS },
  clip: { type: 'video', durationSeconds: 600 },
  opera: { type: 'movie', durationSeconds: 2 * FILM_SECONDS },
  radio: { type: 'live' },
};

function episode(
  seriesId: string,
  season: number,
  number: number,
  releasedAt = '2025-01-01',
): ListedFacts {
  return {
    type: 'episode',
    seriesId,
    season,
    episode: number,
    durationSeconds: EPISODE_SECONDS,
    releasedAt,
  };
}

export interface WatchingCase {
  readonly rule: string;
  readonly title: string;
  readonly does: readonly Happening[];
  /** Cards in order: `group: content reason position`, and `again` for a rewatch. */
  readonly shows?: readonly string[];
  /** In the order of the list: `group: reason`. */
  readonly hides?: readonly string[];
}

const seeEpisode = (id: string): Happening => see(id, EPISODE_SECONDS);
const SEASON_1 = ['f11', 'f12', 'f13'].map(seeEpisode);

export const WATCHING_CASES: readonly WatchingCase[] = [
  // One card a group.
  {
    rule: 'CW1',
    title: 'two episodes of a series are one card, the one that was engaged last',
    does: [play('f11', 600), play('f13', 700)],
    shows: ['ferry: f13 in_progress 700'],
  },
  {
    rule: 'CW1',
    title: 'an episode in progress comes before the next of one that was watched later',
    does: [play('f12', 600), seeEpisode('f13')],
    shows: ['ferry: f12 in_progress 600'],
  },
  {
    rule: 'CW1',
    title: 'a special in progress is a card like any other',
    does: [play('f-special', 600)],
    shows: ['ferry: f-special in_progress 600'],
  },
  {
    rule: 'CW1',
    title: 'what nobody knows anything of is its own group',
    does: [play('mystery', 600), play('riddle', 600)],
    shows: ['riddle: riddle in_progress 600', 'mystery: mystery in_progress 600'],
  },
  // The latest engaged first.
  {
    rule: 'CW2',
    title: 'what was played last comes first',
    does: [play('orchard', 600), play('lantern', 600), play('orchard', 700)],
    shows: ['orchard: orchard in_progress 700', 'lantern: lantern in_progress 600'],
  },
  {
    rule: 'CW2',
    title: 'what runs on by itself stays where it is',
    does: [
      play('orchard', 600, { on: 'TV' }),
      play('lantern', 600),
      runOn('orchard', 900, { on: 'TV' }),
    ],
    shows: ['lantern: lantern in_progress 600', 'orchard: orchard in_progress 900'],
  },
  {
    rule: 'CW2',
    title: 'the next episode, which begins by itself, leaves its series where it is',
    does: [
      play('m1', 0, { on: 'TV' }),
      play('lantern', 600),
      runOut('m1', 1_800, { on: 'TV' }),
      runOn('m2', 300, { on: 'TV' }),
    ],
    shows: ['lantern: lantern in_progress 600', 'mill: m2 in_progress 300'],
  },
  // Begun and not finished.
  {
    rule: 'CW3',
    title: 'a film is not begun a second before two minutes',
    does: [play('opera', 119)],
    hides: ['opera: not_begun'],
  },
  {
    rule: 'CW3',
    title: 'a film is begun after two minutes',
    does: [play('opera', 120)],
    shows: ['opera: opera in_progress 120'],
  },
  {
    rule: 'CW3',
    title: 'what is short is begun after three hundredths',
    does: [play('clip', 18)],
    shows: ['clip: clip in_progress 18'],
  },
  {
    rule: 'CW3',
    title: 'what is short is not begun before',
    does: [play('clip', 17)],
    hides: ['clip: not_begun'],
  },
  {
    rule: 'CW3',
    title: 'an episode is not begun a second before two minutes, however short it is',
    does: [play('m1', 119)],
    hides: ['mill: not_begun'],
  },
  {
    rule: 'CW3',
    title: 'an episode is begun after two minutes',
    does: [play('m1', 120)],
    shows: ['mill: m1 in_progress 120'],
  },
  {
    rule: 'CW3',
    title: 'a film is finished once its credits begin',
    does: [play('lantern', 5_000)],
    hides: ['lantern: watched'],
  },
  {
    rule: 'CW3',
    title: 'a film is in progress until its credits begin',
    does: [play('lantern', 4_999)],
    shows: ['lantern: lantern in_progress 4999'],
  },
  {
    rule: 'CW3',
    title: 'a long film is in progress with more than five minutes left',
    does: [play('orchard', 5_099)],
    shows: ['orchard: orchard in_progress 5099'],
  },
  {
    rule: 'CW3',
    title: 'a long film is finished with five minutes left',
    does: [play('orchard', 5_100)],
    hides: ['orchard: watched'],
  },
  {
    rule: 'CW3',
    title: 'an episode is finished with less than three minutes left',
    does: [play('f11', 2_521)],
    shows: ['ferry: f12 next_episode 0'],
  },
  {
    rule: 'CW3',
    title: 'what has no known length is in progress wherever it is',
    does: [play('mystery', 90_000)],
    shows: ['mystery: mystery in_progress 90000'],
  },
  {
    rule: 'CW3',
    title: 'what has no known length is finished when a writer says so',
    does: [see('mystery', 90_000)],
    hides: ['mystery: watched'],
  },
  {
    rule: 'CW3',
    title: 'the credits of another cut say nothing of this one',
    does: [play('lantern', 5_000, { of: 7_200 })],
    shows: ['lantern: lantern in_progress 5000'],
  },
  {
    rule: 'CW3',
    title: 'a place that was forgotten is no card',
    does: [play('orchard', 600), forget('orchard')],
  },
  // Dismissed.
  {
    rule: 'CW4',
    title: 'a dismissed series is hidden',
    does: [play('f11', 600), dismiss('ferry')],
    hides: ['ferry: dismissed'],
  },
  {
    rule: 'CW4',
    title: 'it comes back, with its place, when it is taken back',
    does: [play('f11', 600), dismiss('ferry'), restore('ferry')],
    shows: ['ferry: f11 in_progress 600'],
  },
  {
    rule: 'CW4',
    title: 'it comes back when somebody plays it',
    does: [play('f11', 600), dismiss('ferry'), play('f12', 300)],
    shows: ['ferry: f12 in_progress 300'],
  },
  {
    rule: 'CW4',
    title: 'a screen that still runs does not bring it back',
    does: [
      play('f11', 600, { on: 'TV' }),
      dismiss('ferry'),
      runOut('f11', 2_700, { on: 'TV' }),
      runOn('f12', 600, { on: 'TV' }),
    ],
    hides: ['ferry: dismissed'],
  },
  {
    rule: 'CW4',
    title: 'a new season does not bring it back',
    does: [...SEASON_1, dismiss('ferry'), until('2027-03-01')],
    hides: ['ferry: dismissed'],
  },
  {
    rule: 'CW4',
    title: 'what was dismissed before its series was known stays so',
    does: [play('f11', 600), dismiss('f11')],
    hides: ['ferry: dismissed'],
  },
  {
    rule: 'CW4',
    title: 'what was dismissed and never begun is no group',
    does: [dismiss('orchard')],
  },
  // The next episode.
  {
    rule: 'CW5',
    title: 'after a watched episode comes the next',
    does: [seeEpisode('f11')],
    shows: ['ferry: f12 next_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'after one that was watched again comes the first that is unwatched',
    does: [seeEpisode('f11'), seeEpisode('f12'), seeEpisode('f11')],
    shows: ['ferry: f13 next_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'one that was left out before is not next',
    does: [seeEpisode('f12')],
    shows: ['ferry: f13 next_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'a special leads to nothing',
    does: [seeEpisode('f-special')],
    hides: ['ferry: watched'],
  },
  {
    rule: 'CW5',
    title: 'a special in between does not move what is next',
    does: [seeEpisode('f11'), seeEpisode('f-special')],
    shows: ['ferry: f12 next_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'the next waits for its day',
    does: SEASON_1,
    hides: ['ferry: not_released'],
  },
  {
    rule: 'CW5',
    title: 'a day begins at midnight in UTC',
    does: [...SEASON_1, until('2027-01-31T23:59:59.999Z')],
    hides: ['ferry: not_released'],
  },
  {
    rule: 'CW5',
    title: 'the next comes by itself on its day, a year later',
    does: [...SEASON_1, until('2027-02-01T00:00:00Z')],
    shows: ['ferry: f21 new_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'what was out before one got there is nothing new',
    does: [...SEASON_1, until('2027-03-01'), seeEpisode('f13')],
    shows: ['ferry: f21 next_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'after the last episode nothing is next',
    does: [seeEpisode('m1'), seeEpisode('m2')],
    hides: ['mill: watched'],
  },
  {
    rule: 'CW5',
    title: 'a series without seasons goes on too',
    does: [seeEpisode('m1')],
    shows: ['mill: m2 next_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'ten seconds of the next are its place, and it is still next',
    does: [seeEpisode('f11'), play('f12', 10)],
    shows: ['ferry: f12 next_episode 10'],
  },
  {
    rule: 'CW5',
    title: 'a mark counts as watching does',
    does: [mark('f11'), mark('f12')],
    shows: ['ferry: f13 next_episode 0'],
  },
  {
    rule: 'CW5',
    title: 'what was marked as not watched is next again',
    does: [seeEpisode('f11'), seeEpisode('f12'), unmark('f12')],
    shows: ['ferry: f12 next_episode 0'],
  },
  // Rewatches.
  {
    rule: 'CW6',
    title: 'a rewatch begins with the first episode',
    does: [...SEASON_1, rewatch('ferry')],
    shows: ['ferry: f11 next_episode 0 again'],
  },
  {
    rule: 'CW6',
    title: 'a rewatch goes on with the next, though it was watched before',
    does: [...SEASON_1, rewatch('ferry'), seeEpisode('f11')],
    shows: ['ferry: f12 next_episode 0 again'],
  },
  {
    rule: 'CW6',
    title: 'a rewatch of what was seen in part goes on with what is new',
    does: [seeEpisode('f11'), rewatch('ferry'), seeEpisode('f11')],
    shows: ['ferry: f12 next_episode 0'],
  },
  {
    rule: 'CW6',
    title: 'a place of before the rewatch counts no more',
    does: [seeEpisode('f11'), play('f12', 600), rewatch('ferry')],
    shows: ['ferry: f11 next_episode 0 again'],
  },
  {
    rule: 'CW6',
    title: 'a rewatch that is ended leaves everything as it was',
    does: [seeEpisode('f11'), play('f12', 600), rewatch('ferry'), endRewatch('ferry')],
    shows: ['ferry: f12 in_progress 600'],
  },
  {
    rule: 'CW6',
    title: 'a whole rewatch waits for the next season as the first pass did',
    does: [...SEASON_1, rewatch('ferry'), ...SEASON_1],
    hides: ['ferry: not_released'],
  },
  {
    rule: 'CW6',
    title: 'a film is begun anew',
    does: [see('orchard', 5_400), rewatch('orchard')],
    shows: ['orchard: orchard rewatch 0 again'],
  },
  {
    rule: 'CW6',
    title: 'a film that was seen again is watched again',
    does: [see('orchard', 5_400), rewatch('orchard'), see('orchard', 5_400)],
    hides: ['orchard: watched'],
  },
  {
    rule: 'CW6',
    title: 'a watched film in progress says that it is a rewatch',
    does: [see('orchard', 5_400), play('orchard', 900)],
    shows: ['orchard: orchard rewatch 900 again'],
  },
  {
    rule: 'CW6',
    title: 'a rewatch brings a dismissed series back',
    does: [...SEASON_1, dismiss('ferry'), rewatch('ferry')],
    shows: ['ferry: f11 next_episode 0 again'],
  },
  // Watched or in progress.
  {
    rule: 'CW7',
    title: 'a mark hides the place',
    does: [play('orchard', 900), mark('orchard')],
    hides: ['orchard: watched'],
  },
  {
    rule: 'CW7',
    title: 'a mark that is taken back shows it again',
    does: [play('orchard', 900), mark('orchard'), unmark('orchard')],
    shows: ['orchard: orchard in_progress 900'],
  },
  {
    rule: 'CW7',
    title: 'the end that a forgotten screen reached does not hide where a person went on',
    does: [
      play('orchard', 600, { on: 'TV' }),
      play('orchard', 2_400),
      runOut('orchard', 5_400, { on: 'TV' }),
    ],
    shows: ['orchard: orchard rewatch 2400 again'],
  },
  {
    rule: 'CW7',
    title: 'the end under the same act hides its place',
    does: [play('orchard', 600), runOut('orchard', 5_400), runOn('orchard', 5_399)],
    hides: ['orchard: watched'],
  },
  {
    rule: 'CW7',
    title: 'an end that was marked as not watched is no end',
    does: [play('orchard', 5_400), unmark('orchard')],
    hides: ['orchard: not_begun'],
  },
  // Live.
  {
    rule: 'CW10',
    title: 'a live stream never enters',
    does: [play('radio', 7_200)],
    hides: ['radio: live'],
  },
];
