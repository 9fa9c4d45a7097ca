import { bindShaka } from '@cuepoint/client/players/shaka';
import shakaModule from 'shaka-player';
import { another, type PlayerPageCode } from './player.ts';

// Its types are those of a module with a default.
const shaka = shakaModule as unknown as typeof shakaModule.default;

export const shakaPlayer: PlayerPageCode = {
  sources: {
    ad: '/dash/ad/index.mpd',
    film: '/dash/film/index.mpd',
    next: '/fmp4/next/index.m3u8',
    audio: '/audio/film/index.m3u8',
    live: '/live.mpd',
    growing: '/growing.m3u8',
    broken: '/broken/KEY/dash/index.mpd',
    interstitial: '/interstitial.m3u8',
    stitched: '/stitched.m3u8',
  },
  can: ['itsOwnStart', 'replacement'],
  async create({ video: first, startSeconds }) {
    let video = first;
    shaka.polyfill.installAll();
    const player = new shaka.Player();
    player.configure('streaming.retryParameters.maxAttempts', 1);
    player.configure('streaming.failureCallback', () => undefined);
    await player.attach(video);
    return {
      get video() {
        return video;
      },
      bind: (state, options) => bindShaka(state, player, options),
      load: (source) => player.load(source, startSeconds),
      unload: () => player.unload(),
      destroy: () => player.destroy(),
      recover: () => player.retryStreaming(),
      async replace() {
        const at = video.currentTime;
        const source = player.getAssetUri();
        video = another(video);
        await player.attach(video);
        await player.load(source ?? '', at);
        return video;
      },
    };
  },
};
