import { bindDash } from '@cuepoint/client/players/dash';
import { MediaPlayer } from 'dashjs';
import { another, type PlayerPageCode } from './player.ts';

export const dashJs: PlayerPageCode = {
  sources: {
    ad: '/dash/ad/index.mpd',
    film: '/dash/film/index.mpd',
    next: '/dash/next/index.mpd',
    live: '/live.mpd',
    broken: '/broken/KEY/dash/index.mpd',
  },
  can: ['itsOwnStart', 'replacement'],
  create({ video: first, startSeconds }) {
    let video = first;
    const player = MediaPlayer().create();
    player.initialize(video, undefined, false);
    player.updateSettings({ streaming: { retryAttempts: { MediaSegment: 0 } } });
    return {
      get video() {
        return video;
      },
      bind: (state, options) => bindDash(state, player, options),
      load: (source) =>
        new Promise((resolve) => {
          const onReady = () => {
            player.off('streamInitialized', onReady);
            resolve();
          };
          player.on('streamInitialized', onReady);
          player.attachSource(source, startSeconds);
        }),
      unload: () => player.attachSource(null as unknown as string),
      destroy: () => player.destroy(),
      recover(source) {
        player.attachSource(source, video.currentTime);
        player.play();
      },
      replace() {
        video = another(video);
        player.attachView(video);
        return video;
      },
    };
  },
};
