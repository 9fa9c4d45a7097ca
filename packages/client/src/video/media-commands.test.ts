import type { Command } from '@cuepoint/core';
import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMedia } from '../testing/fake-media.ts';
import { createLocalState, type LocalState } from '../testing/local-state.ts';
import { bindVideo, type BindVideoOptions } from './bind-video.ts';

const FILM = 'film:metropolis';

let local: LocalState;
let media: FakeMedia;
beforeEach(async () => {
  local = await createLocalState();
  media = new FakeMedia();
});

function bind(options: Partial<BindVideoOptions> = {}) {
  const { state, environment } = local;
  return bindVideo(state, media, { contentId: FILM, environment, control: true, ...options });
}

const ask = (command: Command) => local.handlers.ask({ command, from: 'phone' });

function failure(name: string): Error {
  return Object.assign(new Error(name), { name });
}

describe('a command of another device', () => {
  it('[LIV7] acts on the element, and is applied once the element did it', async () => {
    bind();
    media.load(9_180);
    expect(await ask({ action: 'play' })).toBe('applied');
    expect(media.paused).toBe(false);
    expect(await ask({ action: 'seek', positionSeconds: 60 })).toBe('applied');
    expect(media.currentTime).toBe(60);
    expect(await ask({ action: 'volume', level: 30 })).toBe('applied');
    expect(media.volume).toBeCloseTo(0.3);
    expect(await ask({ action: 'mute', muted: true })).toBe('applied');
    expect(media.muted).toBe(true);
    expect(await ask({ action: 'pause' })).toBe('applied');
    expect(media.paused).toBe(true);
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 60, state: 'paused' });
  });

  it('[LIV7] to seek is applied when the seek ended, and not before', async () => {
    bind();
    media.load(9_180);
    media.holdsSeeks = true;
    let answer: unknown;
    const asked = ask({ action: 'seek', positionSeconds: 60 }).then((given) => (answer = given));
    await local.clock.advance(3_000);
    expect(answer).toBe(undefined);
    media.tell('seeked');
    await asked;
    expect(answer).toBe('applied');
  });

  it('[LIV7] to seek is refused when the seek takes longer than anybody waits', async () => {
    const binding = bind();
    media.load(9_180);
    media.holdsSeeks = true;
    const asked = ask({ action: 'seek', positionSeconds: 60 });
    await local.clock.advance(4_000);
    expect(await asked).toEqual({ refused: 'timed_out' });
    binding.detach();
    expect(media.listeners).toBe(0);
  });

  it('[LIV7] to play is refused where the browser wants a gesture first', async () => {
    bind();
    media.load(9_180);
    media.playError = failure('NotAllowedError');
    expect(await ask({ action: 'play' })).toEqual({ refused: 'not_allowed' });
    media.playError = failure('AbortError');
    expect(await ask({ action: 'play' })).toEqual({ refused: 'failed' });
    media.playError = failure('NotSupportedError');
    expect(await ask({ action: 'play' })).toEqual({ refused: 'not_playing' });
  });

  it('[LIV7] is refused while nothing is loaded', async () => {
    bind();
    expect(await ask({ action: 'pause' })).toEqual({ refused: 'not_playing' });
    expect(await ask({ action: 'stop' })).toEqual({ refused: 'not_playing' });
    expect(await ask({ action: 'seek', positionSeconds: 1 })).toEqual({ refused: 'not_playing' });
  });

  it('[LIV7] for a volume that the system keeps to itself is refused', async () => {
    bind();
    media.canSetVolume = false;
    expect(await ask({ action: 'volume', level: 30 })).toEqual({ refused: 'not_supported' });
  });

  it('to load is the app’s, and without it another handler’s', async () => {
    bind({ onLoad: ({ contentId }) => (contentId === 'film:m' ? 'applied' : { refused: 'no' }) });
    expect(await ask({ action: 'load', contentId: 'film:m' })).toBe('applied');
    expect(await ask({ action: 'load', contentId: 'film:n' })).toEqual({ refused: 'no' });
    local = await createLocalState();
    bind();
    expect(await ask({ action: 'load', contentId: 'film:m' })).toBe(undefined);
    expect(await ask({ action: 'cast', contentId: 'film:m', target: 'x' })).toBe(undefined);
  });

  it('reaches no element that did not ask for it', async () => {
    bind({ control: false });
    media.load(9_180);
    expect(await ask({ action: 'play' })).toBe(undefined);
  });
});

describe('a stop', () => {
  it('[LIV7] is recorded as one, playing or paused', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.playTo(10);
    expect(await ask({ action: 'stop' })).toBe('applied');
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 10, state: 'stopped' });
    await media.play();
    media.pause();
    expect(local.written.at(-1)).toMatchObject({ state: 'paused' });
    expect(await ask({ action: 'stop' })).toBe('applied');
    expect(local.written.at(-1)).toMatchObject({ state: 'stopped' });
  });

  it('[LIV7] of the source of a hand-off does not beat the target, which plays on', async () => {
    bind();
    media.load(9_180);
    await media.play();
    await local.playElsewhere(FILM, {
      positionSeconds: 12,
      durationSeconds: 9_180,
      state: 'playing',
    });
    const { length } = local.written;
    expect(await ask({ action: 'stop' })).toBe('applied');
    expect(media.paused).toBe(true);
    expect(local.written).toHaveLength(length);
    expect(local.state.progress.get(FILM)?.state).toBe('playing');
  });
});
