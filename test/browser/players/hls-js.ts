import { bindHls } from '@cuepoint/client/players/hls';
import HlsPlayer from 'hls.js';
import { another, type PlayerPageCode } from './player.ts';

export const hlsJs: PlayerPageCode = {
  sources: {
    ad: '/ts/ad/index.m3u8',
    film: '/ts/film/index.m3u8',
    next: '/fmp4/next/index.m3u8',
    audio: '/audio/film/index.m3u8',
    live: '/live.m3u8',
    growing: '/growing.m3u8',
    broken: '/broken/KEY/ts/index.m3u8',
    interstitial: '/interstitial.m3u8',
    stitched: '/stitched.m3u8',
  },
  can: ['itsOwnStart', 'replacement'],
  create({ video: first, startSeconds = -1 }) {
    let video = first;
    const hls = new HlsPlayer({
      startPosition: startSeconds,
      fragLoadPolicy: {
        default: { ...HlsPlayer.DefaultConfig.fragLoadPolicy.default, errorRetry: null },
      },
    });
    hls.attachMedia(video);
    return {
      get video() {
        return video;
      },
      bind: (state, options) => bindHls(state, hls, options),
      load: (source) =>
        new Promise((resolve) => {
          hls.once(HlsPlayer.Events.MANIFEST_PARSED, () => resolve());
          hls.loadSource(source);
        }),
      unload: () => hls.detachMedia(),
      destroy: () => hls.destroy(),
      recover: () => hls.startLoad(),
      replace() {
        hls.detachMedia();
        video = another(video);
        hls.attachMedia(video);
        return video;
      },
    };
  },
};
