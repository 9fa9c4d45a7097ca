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

  it('[SDK7] of a stream without an end is not recorded, and nobody is sent to yesterday’s place', async () => {
    await stoppedAt(600, 0);
    bind();
    media.load(Number.POSITIVE_INFINITY);
    await media.play();
    media.playTo(12.5);
    await local.clock.advance(10_000);
    media.pause();
    local.tell('hidden');
    expect(media.seeks).toEqual([]);
    expect(local.written).toEqual([]);
  });

  it('[SDK7] of a live stream with a window is not recorded where the app or the player says so', async () => {
    await stoppedAt(600);
    bind({ live: () => true });
    media.load(120);
    await media.play();
    media.playTo(119);
    media.playToEnd();
    expect(media.seeks).toEqual([]);
    expect(local.written).toEqual([]);
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

describe('what is stored', () => {
  const LAST = {
    positionSeconds: 360_000 - 200,
    durationSeconds: 360_000,
    state: 'paused',
  } as const;

  it.each([
    ['is finished', 360_000 - 200, 360_000],
    ['is past the end of this cut', 6_000, 9_180],
  ])('[SDK7] stays when a content that %s is opened for three seconds', async (_, at, length) => {
    await stoppedAt(at, length);
    const { binding } = bind();
    media.load(5_400);
    await media.play();
    media.playTo(3);
    await local.clock.advance(10_000);
    media.pause();
    await media.play();
    local.tell('hidden');
    binding.detach();
    expect(local.written).toEqual([]);
  });

  it('[SDK7] stays when the element cannot go there', async () => {
    await stoppedAt(600);
    bind();
    media.refusesSeeks = true;
    media.load(9_180);
    await media.play();
    media.playTo(3);
    media.pause();
    expect(local.written).toEqual([]);
  });

  it('[SDK7] of a finished content goes when it is watched again, for two minutes or by a seek', async () => {
    await local.playElsewhere(FILM, LAST);
    bind({ startSeconds: 0 });
    media.load(360_000);
    await media.play();
    media.playTo(119);
    media.pause();
    expect(local.written).toEqual([]);
    await media.play();
    media.playTo(120);
    await local.clock.advance(10_000);
    expect(local.written).toMatchObject([{ positionSeconds: 120, state: 'playing' }]);

    local = await createLocalState();
    media = new FakeMedia();
    await local.playElsewhere(FILM, LAST);
    bind();
    media.load(360_000);
    await media.play();
    media.currentTime = 60;
    media.pause();
    expect(local.written).toMatchObject([{ positionSeconds: 60 }]);
  });

  it('[SDK7] goes at once where the app begins anew what was not finished', async () => {
    await stoppedAt(600);
    bind({ startSeconds: 0 });
    media.load(9_180);
    await media.play();
    expect(local.written).toMatchObject([{ positionSeconds: 0, state: 'playing' }]);
  });
});

describe('the end', () => {
  const END = { positionSeconds: 100, durationSeconds: 100, state: 'stopped' };

  it.each<[string, () => void]>([
    ['goes back to the beginning', () => (media.currentTime = 0)],
    ['loads the next', () => media.empty()],
  ])('[ENG9] is recorded where the app %s in its own handler', async (_, next) => {
    media.addEventListener('ended', next);
    bind();
    media.load(100);
    await media.play();
    media.playToEnd();
    await local.clock.advance(10_000);
    expect(local.written.at(-1)).toEqual(END);
  });

  it('[ENG9] of a file that broke off is no end', async () => {
    bind();
    media.load(120);
    await media.play();
    media.playTo(40);
    media.end();
    expect(local.written.at(-1)).toEqual({
      positionSeconds: 40,
      durationSeconds: 120,
      state: 'paused',
    });
  });

  it.each([0, Number.NaN])(
    '[SDK7] completes what has no known length, with its position as the length: %d',
    async (duration) => {
      bind();
      media.load(duration);
      await media.play();
      media.playTo(1_319.5);
      media.end();
      expect(local.written.at(-1)).toEqual({
        positionSeconds: 1_320,
        durationSeconds: 1_320,
        state: 'stopped',
      });
      expect(local.state.progress.resume(FILM)).toBe(0);
    },
  );

  it('[SDK7] of a loop is recorded, and the next round does not undo it', async () => {
    bind();
    media.load(100);
    media.loop = true;
    await media.play();
    media.playTo(99.8);
    media.currentTime = 0;
    await local.clock.advance(10_000);
    media.playTo(2);
    media.pause();
    expect(local.written.at(-1)).toEqual(END);
  });

  it('[ENG4] of a stream that is still made is not known: at its edge it is not finished', async () => {
    bind();
    media.load(30);
    await media.play();
    for (const seconds of [36, 42, 48]) {
      media.duration = seconds;
      media.playTo(seconds - 2);
      await local.clock.advance(10_000);
    }
    expect(local.written.at(-1)).toEqual({
      positionSeconds: 46,
      durationSeconds: 0,
      state: 'playing',
    });
    media.playToEnd();
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 48, durationSeconds: 48 });
  });
});

describe('a player', () => {
  it('[ENG9] that unloads while it plays leaves where it was seen last, without a pause', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.playTo(37.6);
    media.empty();
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 37, state: 'paused' });
  });

  it('[ENG9] that was taken out of the page before `detach` leaves where it was seen last', async () => {
    const { binding } = bind();
    media.load(9_180);
    await media.play();
    media.playTo(37.6);
    media.vanish();
    binding.detach();
    expect(local.written.at(-1)).toEqual({
      positionSeconds: 37,
      durationSeconds: 9_180,
      state: 'paused',
    });
  });

  it('[ENG4] that plays before its metadata is handled begins where the person stopped', async () => {
    await stoppedAt(600);
    bind();
    await media.play();
    media.loadMetadata(9_180);
    media.playTo(0.02);
    expect([media.seeks, local.written]).toEqual([[], []]);
    media.loadData();
    expect(media.seeks).toEqual([600]);
    expect(local.written).toMatchObject([{ positionSeconds: 600, state: 'playing' }]);
  });

  it('[ENG4] that goes to a start of its own is looked at once more when it plays', async () => {
    await stoppedAt(600);
    bind();
    media.loadMetadata(9_180);
    media.currentTime = 0;
    media.holdsSeeks = true;
    media.loadData();
    media.currentTime = 0;
    media.endSeek();
    await media.play();
    media.playTo(0.3);
    expect(media.seeks).toEqual([0, 600, 0, 600]);
    expect(local.written).toEqual([]);
    media.playTo(600);
    media.endSeek();
    expect(local.written).toMatchObject([{ positionSeconds: 600, state: 'playing' }]);
  });

  it('[ENG4] that was found playing on its own goes where the person stopped', async () => {
    await stoppedAt(600);
    media.load(9_180);
    await media.play();
    media.playTo(2.5);
    bind();
    expect(media.seeks).toEqual([600]);
    expect(local.written).toMatchObject([{ positionSeconds: 600, state: 'playing' }]);
  });

  it('[ENG4] that still shows the last title gives the next one nothing of it', async () => {
    const { binding } = bind();
    media.load(9_180);
    await media.play();
    media.playTo(37);
    binding.detach();
    await local.playElsewhere('film:m', {
      positionSeconds: 5,
      durationSeconds: 60,
      state: 'paused',
    });
    const { length } = local.written;
    bind({ contentId: 'film:m' });
    media.playTo(38);
    media.pause();
    await media.play();
    expect(local.written).toHaveLength(length);
    media.currentSrc = 'm';
    media.empty();
    media.load(60);
    await media.play();
    expect(media.seeks).toEqual([5]);
    expect(local.written.slice(length)).toMatchObject([
      { positionSeconds: 5, durationSeconds: 60 },
    ]);
  });

  it('[ENG4] that was told to begin elsewhere before it was bound goes where the person stopped', async () => {
    await stoppedAt(600);
    media.loadMetadata(9_180);
    media.currentTime = 10;
    media.played = { length: 0, start: () => 0 };
    media.loadData();
    bind();
    expect(media.seeks).toEqual([10, 600]);
    media = new FakeMedia();
    media.load(9_180);
    media.currentTime = 10;
    await media.play();
    media.playTo(12);
    media.played = { length: 1, start: () => 10 };
    bind();
    expect(media.seeks).toEqual([10, 600]);
  });

  it('[ENG4] has one binding: that of the next title ends the last one', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.playTo(37.6);
    const { listeners } = media;
    bind({ contentId: 'film:m' });
    expect(media.listeners).toBe(listeners);
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 37, state: 'paused' });
  });

  it('[ENG4] that loads another title before `detach` gives neither the place of the other', async () => {
    await local.playElsewhere('film:m', {
      positionSeconds: 5,
      durationSeconds: 60,
      state: 'paused',
    });
    const { binding } = bind();
    media.load(9_180);
    await media.play();
    media.playTo(37.6);
    media.empty();
    const { length } = local.written;
    media.currentSrc = 'm';
    media.load(60);
    await media.play();
    media.playTo(2);
    media.currentTime = 3;
    await local.clock.advance(10_000);
    expect([media.seeks, local.written.length]).toEqual([[3], length]);
    binding.detach();
    bind({ contentId: 'film:m' });
    expect(media.seeks).toEqual([3, 5]);
    expect(local.written.slice(length)).toMatchObject([{ positionSeconds: 5 }]);
  });

  it('[ENG4] whose element shows a `blob:` is known by what the player says that it shows', async () => {
    let source = 'film';
    bind({ source: () => source });
    media.currentSrc = 'blob:1';
    media.load(9_180);
    await media.play();
    media.playTo(37.6);
    media.empty();
    media.currentSrc = 'blob:2';
    media.load(9_180);
    expect(media.seeks).toEqual([37]);
    await media.play();
    media.playTo(40);
    media.empty();
    source = 'next';
    media.currentSrc = 'blob:3';
    media.load(60);
    await media.play();
    media.playTo(2);
    media.pause();
    expect(media.seeks).toEqual([37]);
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 40, state: 'paused' });
  });

  it('[ENG4] that goes back to its place in another source of the content goes on', async () => {
    bind();
    media.load(9_180);
    await media.play();
    media.playTo(37.6);
    media.empty();
    media.currentSrc = 'sharper';
    media.load(9_180);
    await media.play();
    media.currentTime = 37.6;
    media.playTo(40);
    media.pause();
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 40, state: 'paused' });
  });

  it('[ENG4] begins where a hand-off says, on an element that showed another content', async () => {
    media.load(60);
    await media.play();
    media.playTo(37);
    media.quietlyEmpty();
    bind({ startSeconds: 30 });
    media.tell('emptied');
    await media.play();
    media.load(9_180);
    expect(media.seeks).toEqual([30]);
    expect(local.written).toMatchObject([{ positionSeconds: 30, state: 'playing' }]);
  });

  it('[ENG4] that replaces its element goes on in the new one', async () => {
    const { binding } = bind();
    media.load(9_180);
    await media.play();
    media.playTo(37.6);
    const old = media;
    media = new FakeMedia();
    binding.moveTo(media);
    media.load(9_180);
    await media.play();
    expect(media.seeks).toEqual([37]);
    old.playTo(400);
    old.pause();
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 37, state: 'playing' });
    binding.detach();
    expect([old.listeners, media.listeners]).toEqual([0, 0]);
  });
});

describe('an advertisement in the same element', () => {
  it('[ENG4] before the content leaves the place alone, and the resume comes after it', async () => {
    await stoppedAt(60, 100);
    let isAd = true;
    bind({ isAd: () => isAd });
    media.load(100);
    await media.play();
    media.playTo(9);
    expect([media.seeks, local.written]).toEqual([[], []]);
    isAd = false;
    media.playTo(0);
    expect(media.seeks).toEqual([60]);
    expect(local.written).toMatchObject([{ positionSeconds: 60, state: 'playing' }]);
  });

  it('[ENG4] is not the content, neither its places nor its end', async () => {
    let isAd = false;
    bind({ isAd: () => isAd });
    media.load(100);
    await media.play();
    media.playTo(20);
    isAd = true;
    media.empty();
    media.load(10);
    await media.play();
    media.playToEnd();
    await local.clock.advance(10_000);
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 20, durationSeconds: 100 });
  });

  it('[ENG4] that is stitched in is left out of places, lengths and seeks', async () => {
    await stoppedAt(40, 100);
    const toContentTime = (seconds: number) =>
      seconds < 20 ? seconds : seconds < 30 ? undefined : seconds - 10;
    bind({
      toContentTime,
      toMediaTime: (seconds) => (seconds < 20 ? seconds : seconds + 10),
      control: true,
    });
    media.load(110);
    expect(media.seeks).toEqual([50]);
    await media.play();
    expect(local.written).toEqual([
      { positionSeconds: 40, durationSeconds: 100, state: 'playing' },
    ]);
    await local.handlers.ask({
      command: { action: 'seek', positionSeconds: 60 },
      from: 'phone',
    });
    media.playTo(71);
    media.pause();
    expect(local.written.at(-1)).toMatchObject({ positionSeconds: 61 });
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

  it('[ENG5] [SDK7] does not lose a seek that is still on its way', () => {
    bind();
    media.load(9_180);
    media.holdsSeeks = true;
    media.currentTime = 60;
    local.tell('hidden');
    expect(local.written).toEqual([
      { positionSeconds: 60, durationSeconds: 9_180, state: 'paused' },
    ]);
    local.tell('hidden');
    media.endSeek();
    local.tell('hidden');
    local.tell('hidden');
    expect(local.written).toHaveLength(1);
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
