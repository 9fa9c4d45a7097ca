import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMedia } from '../testing/fake-media.ts';
import { createLocalState, type LocalState } from '../testing/local-state.ts';
import { bindVideo, type BindVideoOptions } from './bind-video.ts';

const FILM = 'film:metropolis';
const LENGTH = 9_180;

let local: LocalState;
let media: FakeMedia;
beforeEach(async () => {
  local = await createLocalState();
  media = new FakeMedia();
});

function bind(options: Partial<BindVideoOptions> = {}) {
  const { state, environment } = local;
  return bindVideo(state, media, { contentId: FILM, environment, ...options });
}

function phoneIsAt(positionSeconds: number, state: 'playing' | 'paused' = 'paused') {
  return local.playElsewhere(FILM, { positionSeconds, durationSeconds: LENGTH, state });
}

/** It was begun here by a person, and has come to 100 s. */
async function watching(options: Partial<BindVideoOptions> = {}) {
  const binding = bind(options);
  media.load(LENGTH);
  await media.play();
  media.playTo(100);
  await local.clock.advance(10_000);
  expect(local.told.splice(0)).toEqual(['act: playing at 0', 'tick: playing at 100']);
  return binding;
}

describe('what a person does', () => {
  it('[CLM4] is an act: play, pause and seek', async () => {
    await watching();
    media.pause();
    await media.play();
    media.currentTime = 600;
    await local.clock.advance(500);
    media.currentTime = 599;
    media.currentTime = 590;
    await local.clock.advance(500);
    expect(local.told).toEqual([
      'act: paused at 100',
      'act: playing at 100',
      'act: playing at 600',
      'act: playing at 590',
    ]);
  });

  it('[CLM4] takes over from the phone at once', async () => {
    await watching();
    await phoneIsAt(2_000);
    media.pause();
    expect(local.state.progress.get(FILM)).toMatchObject({ positionSeconds: 100, deviceId: 'tv' });
  });

  it('[CLM4] counts when it was done before the place was written', async () => {
    await local.playElsewhere(FILM, {
      positionSeconds: 9_100,
      durationSeconds: LENGTH,
      state: 'stopped',
    });
    bind();
    media.load(LENGTH);
    await media.play();
    media.playTo(120);
    await local.clock.advance(10_000);
    media.playTo(130);
    await local.clock.advance(10_000);
    expect(local.told).toEqual(['act: playing at 120', 'tick: playing at 130']);
  });

  it('[CLM3] counts after a clear while the film plays, and what plays on by itself does not', async () => {
    await watching();
    local.state.progress.clear(FILM);
    media.playTo(110);
    await local.clock.advance(10_000);
    media.playTo(120);
    await local.clock.advance(10_000);
    expect(local.state.progress.get(FILM)).toBeUndefined();
    media.pause();
    expect(local.state.progress.get(FILM)).toMatchObject({ positionSeconds: 120, state: 'paused' });
  });

  it('[CLM3] and was not written gives way to what another screen did since', async () => {
    await phoneIsAt(9_100);
    bind();
    media.load(LENGTH);
    await media.play();
    media.playTo(30);
    await phoneIsAt(40, 'playing');
    media.playTo(120);
    await local.clock.advance(10_000);
    expect(local.told).toEqual([]);
  });

  it('[CLM4] is a film that was found playing, once: bound anew it goes on', async () => {
    await phoneIsAt(600);
    media.load(LENGTH);
    await media.play();
    media.playTo(300);
    const binding = bind();
    expect(local.told.splice(0)).toEqual(['act: playing at 300']);
    media.playTo(310);
    binding.detach();
    bind();
    media.playTo(320);
    await local.clock.advance(10_000);
    expect(local.told).toEqual([
      'tick: paused at 310',
      'tick: playing at 310',
      'tick: playing at 320',
    ]);
    await phoneIsAt(2_000);
    local.told.splice(0);
    bind();
    media.playTo(330);
    await local.clock.advance(10_000);
    expect(local.told).toEqual([]);
  });

  it('[CLM4] is a film that is opened again in the same element', async () => {
    const binding = await watching();
    binding.detach();
    media.empty();
    await phoneIsAt(2_000);
    local.told.splice(0);
    media.load(LENGTH);
    await media.play();
    media.playTo(2_000);
    bind();
    expect(local.told).toEqual(['act: playing at 2000']);
  });
});

describe('what a player does by itself', () => {
  it('[CLM3] is no act: the timer, the end, and leaving', async () => {
    const binding = await watching();
    media.playTo(200);
    await local.clock.advance(10_000);
    media.playTo(207);
    local.tell('hidden');
    media.playTo(210);
    binding.detach();
    expect(local.told.splice(0)).toEqual([
      'tick: playing at 200',
      'tick: playing at 207',
      'tick: paused at 210',
    ]);
    bind();
    media.playTo(220);
    media.playToEnd();
    expect(local.told.at(-1)).toBe(`tick: stopped at ${LENGTH}`);
  });

  it('[CLM3] is silent while the phone has done more: the timer, the end, and leaving', async () => {
    const binding = await watching();
    await phoneIsAt(2_000);
    media.playTo(200);
    await local.clock.advance(10_000);
    local.tell('hidden');
    media.playToEnd();
    binding.detach();
    expect(local.told).toEqual([]);
    expect(local.state.progress.resume(FILM)).toBe(2_000);
  });

  it('[CLM3] is no act: going to where it was', async () => {
    await phoneIsAt(600);
    bind({ startedBy: 'autoplay' });
    media.load(LENGTH);
    expect(media.seeks).toEqual([600]);
    await media.play();
    media.playTo(700);
    await local.clock.advance(10_000);
    expect(local.told).toEqual([]);
  });

  it('[CLM3] is no act: another quality, while it plays', async () => {
    await watching();
    media.empty();
    media.loadMetadata(LENGTH);
    media.currentTime = 100;
    media.loadData();
    await media.play();
    await local.clock.advance(10_000);
    media.playTo(110);
    await local.clock.advance(10_000);
    expect(local.told).toEqual([
      'tick: paused at 100',
      'tick: playing at 100',
      'tick: playing at 110',
    ]);
    media.pause();
    media.empty();
    media.load(LENGTH);
    await media.play();
    expect(local.told.slice(3)).toEqual(['act: paused at 110', 'act: playing at 110']);
  });

  it('[CLM3] is no act: a jump over a gap in what it has loaded', async () => {
    await watching();
    media.currentTime = 102.9;
    await local.clock.advance(10_000);
    expect(local.told).toEqual(['tick: playing at 102']);
  });

  it('[CLM3] is no act: the next round of a loop', async () => {
    bind();
    media.load(100);
    media.loop = true;
    await media.play();
    media.playTo(99.8);
    media.currentTime = 0;
    await local.clock.advance(500);
    media.playTo(3);
    await local.clock.advance(10_000);
    expect(local.told).toEqual(['act: playing at 0', 'tick: stopped at 100', 'tick: playing at 3']);
  });

  it('[CLM3] is no act: making room for an advertisement, and going on after it', async () => {
    let isAd = false;
    await watching({ isAd: () => isAd });
    isAd = true;
    media.pause();
    isAd = false;
    await media.play();
    expect(local.told).toEqual(['tick: paused at 100', 'tick: playing at 100']);
    media.pause();
    expect(local.told.slice(2)).toEqual(['act: paused at 100']);
  });

  it('[CLM3] is no act: the pause of a screen that goes dark', async () => {
    await watching();
    local.tell('hidden');
    media.pause();
    expect(local.told.splice(0)).toEqual(['tick: paused at 100']);
    await phoneIsAt(2_000);
    local.tell('visible');
    await media.play();
    expect(local.told).toEqual(['act: playing at 100']);
  });
});

describe('what starts by itself', () => {
  it('[CLM5] goes on with the last act on this device, until a person does something', async () => {
    local.state.progress.set('episode 1', { positionSeconds: 10, state: 'playing' });
    const actedAtMs = local.clock.now();
    local.told.splice(0);
    await local.clock.advance(60_000);
    bind({ startedBy: 'autoplay' });
    media.load(LENGTH);
    await media.play();
    media.playTo(60);
    await local.clock.advance(10_000);
    expect(local.told).toEqual(['tick: playing at 0', 'tick: playing at 60']);
    expect(local.state.progress.get(FILM)?.engagedAtMs).toBe(actedAtMs);
    media.pause();
    await media.play();
    expect(local.told.slice(2)).toEqual(['act: paused at 60', 'act: playing at 60']);
  });

  it('[CLM5] goes on from where the phone was before that act, and had told the very same', async () => {
    await phoneIsAt(600, 'playing');
    await local.clock.advance(60_000);
    local.state.progress.set('episode 1', { positionSeconds: 10, state: 'playing' });
    local.told.splice(0);
    bind({ startedBy: 'autoplay' });
    media.load(LENGTH);
    await media.play();
    media.playTo(660);
    await local.clock.advance(10_000);
    expect(local.told).toEqual(['tick: playing at 660']);
  });

  it('[CLM5] is silent where the phone has done more since', async () => {
    local.state.progress.set('episode 1', { positionSeconds: 10, state: 'playing' });
    await local.clock.advance(60_000);
    await phoneIsAt(600);
    local.told.splice(0);
    media.load(LENGTH);
    await media.play();
    bind({ startedBy: 'autoplay' });
    media.playTo(700);
    await local.clock.advance(10_000);
    media.playToEnd();
    expect(local.told).toEqual([]);
    expect(local.state.progress.resume(FILM)).toBe(600);
  });
});
