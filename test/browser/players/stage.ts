import { bindVideo, type WatchState } from '@cuepoint/client';
import type { Player, PlayerPageCode, Source } from './player.ts';
import { SITUATIONS, type Stage, type Stored } from './situations.ts';

/** Plays one situation in a page. */
export async function perform(
  name: string,
  page: PlayerPageCode,
  { state, video: element, key }: { state: WatchState; video: HTMLVideoElement; key: string },
): Promise<Stored> {
  const situation = SITUATIONS.find((one) => one.name === name);
  if (situation === undefined) throw new Error(`there is no ${name}`);
  let player: Player | undefined;
  const current = (): Player => {
    if (player === undefined) throw new Error('no player was opened');
    return player;
  };
  const addressOf = (source: Source) => page.sources[source]?.replace('KEY', key) ?? '';
  const stage: Stage = {
    async open(startSeconds) {
      player = await page.create({
        video: player === undefined ? element : freshElement(),
        ...(startSeconds !== undefined && { startSeconds }),
      });
      return player;
    },
    bind: (contentId, options = {}) =>
      current().bind?.(state, { contentId, ...options }) ??
      bindVideo(state, current().video, { contentId, ...options }),
    load: (source, query = '') => current().load(addressOf(source) + query),
    until,
    async playTo(seconds) {
      await until(() => current().video.readyState > 0);
      const { video } = current();
      if (video.paused) await video.play();
      await until(() => current().video.currentTime >= seconds && !current().video.seeking);
    },
    async recover() {
      await fetch(`/mend/${key}`);
      await current().recover?.(addressOf('broken'));
    },
  };
  return situation.run(stage);
}

async function until(holds: () => boolean): Promise<void> {
  while (!holds()) {
    await new Promise((resolve) => {
      setTimeout(resolve, 10);
    });
  }
}

function freshElement(): HTMLVideoElement {
  const video = document.createElement('video');
  video.muted = true;
  document.body.append(video);
  return video;
}
