import { beforeEach, describe, expect, it } from 'vitest';
import { FakeMedia } from '../testing/fake-media.ts';
import { createLocalState, type LocalState } from '../testing/local-state.ts';
import { bindVideo, type BindVideoOptions, type RemoteMove } from './bind-video.ts';

const FILM = 'film:metropolis';

let local: LocalState;
let media: FakeMedia;
beforeEach(async () => {
  local = await createLocalState();
  media = new FakeMedia();
});

function bind(options: Partial<BindVideoOptions> = {}) {
  const { state, environment } = local;
  const binding = bindVideo(state, media, { contentId: FILM, environment, ...options });
  const moves: RemoteMove[] = [];
  binding.onRemoteMoved((move) => moves.push(move));
  return { binding, moves };
}

/** The film was watched on the phone up to here. */
function stoppedAt(positionSeconds: number, durationSeconds = 9_180): Promise<void> {
  return local.playElsewhere(FILM, { positionSeconds, durationSeconds, state: 'paused' });
}

describe('the start', () => {
  it('[SDK7] is where the person stopped, as soon as the metadata is there', async () => {
    await stoppedAt(600);
    bind();
    expect(media.seeks).toEqual([]);
    media.load(9_180);
    expect(media.seeks).toEqual([600]);
    await local.clock.advance(60_000);
    expect(local.written).toEqual([]);
  });

  it('[SDK7] is where the person stopped, when the metadata was there before', async () => {
    await stoppedAt(600);
    media.load(9_180);
    bind();
    expect(media.seeks).toEqual([600]);
  });

  it('[SDK7] is the beginning of a content that was watched to its end', async () => {
    await stoppedAt(9_000);
    bind();
    media.load(9_180);
    expect(media.seeks).toEqual([]);
  });

  it('[SDK7] is where the person went themselves: a position that comes late takes nobody along', async () => {
    const { moves } = bind();
    media.load(9_180);
    await media.play();
    media.playTo(3);
    await stoppedAt(600);
    expect(media.seeks).toEqual([]);
    expect(moves).toHaveLength(1);
  });

  it('[SDK7] is where the person went by a seek before they played', async () => {
    bind();
    media.load(9_180);
    media.currentTime = 60;
    await stoppedAt(600);
    expect(media.seeks).toEqual([60]);
  });

  it('[SDK7] follows a position that comes after the metadata, once, while nothing was begun', async () => {
    const { moves } = bind();
    media.load(9_180);
    await stoppedAt(600);
    await stoppedAt(700);
    expect(media.seeks).toEqual([600]);
    expect(moves.map(({ item }) => item.positionSeconds)).toEqual([700]);
  });

  it('[SDK7] writes no position of 0 when play was pressed before anything was there', async () => {
    await stoppedAt(600);
    bind();
    await media.play();
    expect(local.written).toEqual([]);
    media.load(9_180);
    expect(local.written).toEqual([
      { positionSeconds: 600, durationSeconds: 9_180, state: 'playing' },
    ]);
  });

  it('[SDK7] of an element that plays already is where it is', async () => {
    await stoppedAt(600);
    media.load(9_180);
    await media.play();
    media.playTo(30);
    bind();
    expect(media.seeks).toEqual([]);
    expect(local.written).toEqual([
      { positionSeconds: 30, durationSeconds: 9_180, state: 'playing' },
    ]);
  });

  it('[SDK7] is what the app says where it says it', async () => {
    await stoppedAt(600);
    bind({ startSeconds: 1_200 });
    media.load(9_180);
    expect(media.seeks).toEqual([1_200]);
    media = new FakeMedia();
    bind({ startSeconds: 0 });
    media.load(9_180);
    expect(media.seeks).toEqual([]);
  });

  it('[SDK7] does not pass the end of a shorter cut', async () => {
    await stoppedAt(6_000);
    bind();
    media.load(5_400);
    expect(media.seeks).toEqual([]);
  });

  it('is found again when the element loads the content anew', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.playTo(300);
    media.pause();
    media.empty();
    await local.clock.advance(60_000);
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 300 });
    media.load(9_180);
    expect(media.seeks).toEqual([300]);
  });
});

describe('what the person does', () => {
  it('[SDK7] is written at once: play, pause and the end', async () => {
    bind();
    media.load(100.9);
    await media.play();
    media.playTo(40.7);
    media.pause();
    await media.play();
    media.playToEnd();
    expect(local.written).toEqual([
      { positionSeconds: 0, durationSeconds: 100, state: 'playing' },
      { positionSeconds: 40, durationSeconds: 100, state: 'paused' },
      { positionSeconds: 40, durationSeconds: 100, state: 'playing' },
      { positionSeconds: 100, durationSeconds: 100, state: 'stopped' },
    ]);
    expect(local.state.progress.get(FILM)?.isCompleted).toBe(true);
  });

  it('[SDK7] is one write when they drag along the timeline', async () => {
    bind();
    media.load(9_180);
    for (let seconds = 10; seconds <= 500; seconds += 10) {
      media.currentTime = seconds;
      await local.clock.advance(20);
    }
    expect(local.written).toEqual([]);
    await local.clock.advance(1_000);
    expect(local.written).toEqual([
      { positionSeconds: 500, durationSeconds: 9_180, state: 'paused' },
    ]);
  });

  it('counts a live stream as one of unknown duration', async () => {
    bind();
    media.load(Number.POSITIVE_INFINITY);
    media.playTo(12.5);
    await media.play();
    expect(local.written).toEqual([{ positionSeconds: 12, durationSeconds: 0, state: 'playing' }]);
  });

  it('has the duration that the app knows', async () => {
    bind({ durationSeconds: 7_200.5 });
    media.load(Number.POSITIVE_INFINITY);
    await media.play();
    expect(local.written.at(-1)?.durationSeconds).toBe(7_200);
  });

  it('is refused for what is no content', () => {
    expect(() => bind({ contentId: '..' })).toThrow(
      expect.objectContaining({ code: 'invalid_content_id' }),
    );
    expect(media.listeners).toBe(0);
  });
});

describe('a tick', () => {
  it('[SDK7] records the position every ten seconds of play', async () => {
    bind();
    media.load(9_180);
    await media.play();
    for (const seconds of [10, 20, 30]) {
      media.playTo(seconds);
      await local.clock.advance(10_000);
    }
    expect(local.written.map(({ positionSeconds }) => positionSeconds)).toEqual([0, 10, 20, 30]);
  });

  it('[SDK7] does not come while it is paused', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.pause();
    expect(local.clock.timers).toBe(0);
  });

  it('[LWW6] writes nothing while a film that plays is stalled, and does not beat the phone that went on', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.playTo(10);
    await local.clock.advance(10_000);
    await stoppedAt(2_000);
    const { length } = local.written;
    await local.clock.advance(60_000);
    expect(local.written).toHaveLength(length);
    expect(local.state.progress.resume(FILM)).toBe(2_000);
  });

  it('[LWW6] comes as often as the app wants', async () => {
    bind({ tickMs: 1_000 });
    media.load(9_180);
    await media.play();
    media.playTo(1);
    await local.clock.advance(1_000);
    expect(local.written).toHaveLength(2);
  });
});

describe('a page that may be gone', () => {
  it('[SDK7] has its last position recorded', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.playTo(7);
    local.tell('hidden');
    expect(local.written.at(-1)).toEqual({
      positionSeconds: 7,
      durationSeconds: 9_180,
      state: 'playing',
    });
  });

  it('[SDK7] does not lose a seek that was about to be written', () => {
    bind();
    media.load(9_180);
    media.currentTime = 60;
    local.tell('hidden');
    expect(local.written).toEqual([
      { positionSeconds: 60, durationSeconds: 9_180, state: 'paused' },
    ]);
  });

  it('[LWW6] writes nothing when the film is paused, or was recorded a moment ago', async () => {
    bind();
    media.load(9_180);
    local.tell('hidden');
    expect(local.written).toEqual([]);
    await media.play();
    local.tell('hidden');
    local.tell('hidden');
    local.tell('visible');
    expect(local.written).toHaveLength(1);
  });
});

describe('another device that moves on', () => {
  it('[SDK7] is told of with its position, while this one is paused and while it plays', async () => {
    const { moves } = bind();
    media.load(9_180);
    await media.play();
    media.pause();
    await stoppedAt(2_000);
    await media.play();
    await stoppedAt(2_010);
    expect(moves.map(({ item, device }) => [item.positionSeconds, device])).toEqual([
      [2_000, local.phone],
      [2_010, local.phone],
    ]);
  });

  it('is told of when nobody has said which device it is', async () => {
    const { moves } = bind({ startSeconds: 0 });
    media.load(9_180);
    await local.playElsewhere(
      FILM,
      { positionSeconds: 5, durationSeconds: 0, state: 'playing' },
      'new-tablet',
    );
    expect(moves).toMatchObject([{ item: { deviceId: 'new-tablet' }, device: undefined }]);
  });

  it('is not told of for what it did before, for another content, or for what this device does', async () => {
    await stoppedAt(600);
    const { moves } = bind();
    media.load(9_180);
    await local.playElsewhere('film:m', {
      positionSeconds: 5,
      durationSeconds: 0,
      state: 'playing',
    });
    await media.play();
    expect(moves).toEqual([]);
  });
});

describe('detach', () => {
  it('[SDK7] leaves no listener and no timer, and records where a film that played was', async () => {
    const { binding, moves } = bind({ control: true });
    media.load(9_180);
    await media.play();
    media.playTo(7);
    binding.detach();
    expect(local.written.at(-1)).toEqual({
      positionSeconds: 7,
      durationSeconds: 9_180,
      state: 'paused',
    });
    const { length } = local.written;
    binding.detach();
    media.playTo(8);
    media.pause();
    await stoppedAt(600);
    await local.clock.advance(60_000);
    expect(local.written).toHaveLength(length);
    expect(moves).toEqual([]);
    expect([media.listeners, local.clock.timers, local.signalListeners()]).toEqual([0, 0, 0]);
    expect(await local.handlers.ask({ command: { action: 'pause' }, from: 'phone' })).toBe(
      undefined,
    );
  });

  it('writes nothing for a film that never began', async () => {
    const { binding } = bind();
    binding.detach();
    expect(local.written).toEqual([]);
  });

  it('comes by itself when the watch state was closed', async () => {
    bind();
    media.load(9_180);
    await media.play();
    local.close();
    await local.clock.advance(10_000);
    media.playTo(20);
    await local.clock.advance(10_000);
    expect([media.listeners, local.clock.timers]).toEqual([0, 0]);
  });
});
