import { nameOfPlay, PLAY_ID_NAMESPACE } from '@cuepoint/core';
import { v5 as uuidV5 } from 'uuid';
import { beforeEach, expect, it } from 'vitest';
import { FakeMedia } from '../testing/fake-media.ts';
import { createLocalState, type LocalState } from '../testing/local-state.ts';
import { bindVideo, type BindVideoOptions } from './bind-video.ts';

const FILM = 'film:m';
const LENGTH = 6_660;

let local: LocalState;
let media: FakeMedia;
beforeEach(async () => {
  local = await createLocalState();
  media = new FakeMedia();
});

async function playing(options: Partial<BindVideoOptions> = {}, length = LENGTH) {
  const { state, environment } = local;
  const binding = bindVideo(state, media, { contentId: FILM, environment, ...options });
  media.load(length);
  await media.play();
  return {
    binding,
    to: async (seconds: number) => {
      media.playTo(seconds);
      await local.clock.advance(10_000);
    },
  };
}

it('[PLY3] a film that is played over its end is one play, by the next tick and not by its end again', async () => {
  const { to } = await playing();
  await to(6_000);
  expect(local.plays()).toEqual([]);
  await to(6_400);
  expect(local.plays()).toMatchObject([{ contentId: FILM }]);
  media.playToEnd();
  await local.clock.advance(10_000);
  expect(local.plays()).toHaveLength(1);
});

it('[PLY3] the credits tell where it ends', async () => {
  const { to } = await playing({ creditsStartSeconds: 5_900 });
  await to(5_890);
  expect(local.plays()).toEqual([]);
  await to(5_910);
  expect(local.plays()).toHaveLength(1);
});

it('[PLY1] a playback with an id is one play whatever is bound anew, and another playback another', async () => {
  const playId = uuidV5(nameOfPlay(FILM, 'evening'), PLAY_ID_NAMESPACE);
  const { binding, to } = await playing({ playbackId: 'evening' });
  await to(6_400);
  binding.detach();
  media = new FakeMedia();
  const again = await playing({ playbackId: 'evening', startSeconds: 6_000 });
  await again.to(6_500);
  expect(local.plays().map((play) => play.playId)).toEqual([playId]);
  again.binding.detach();
  media = new FakeMedia();
  const next = await playing({ playbackId: 'morning', startSeconds: 0 });
  media.currentTime = 3_000;
  await next.to(3_010);
  await next.to(6_400);
  expect(new Set(local.plays().map((play) => play.playId)).size).toBe(2);
});
