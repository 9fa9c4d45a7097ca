import { bindVidstack } from '@cuepoint/client/players/vidstack';
import HlsPlayer from 'hls.js';
// oxlint-disable-next-line import/no-unassigned-import -- it defines the elements
import 'vidstack/player';
import { happened, type PlayerPageCode } from './player.ts';

export const vidstack: PlayerPageCode = {
  sources: {
    ad: '/ad.mp4',
    film: '/ts/film/index.m3u8',
    next: '/next.mp4',
    audio: '/audio/film/index.m3u8',
    live: '/live.m3u8',
    growing: '/growing.m3u8',
    broken: '/broken/KEY/ts/index.m3u8',
    interstitial: '/interstitial.m3u8',
    stitched: '/stitched.m3u8',
  },
  can: ['itsOwnStart'],
  create({ video, startSeconds }) {
    const player = document.createElement('media-player');
    player.append(document.createElement('media-provider'));
    player.setAttribute('load', 'eager');
    player.muted = true;
    if (startSeconds !== undefined) player.setAttribute('current-time', String(startSeconds));
    player.addEventListener('provider-change', ({ detail }) => {
      if (detail?.type === 'hls') (detail as { library?: unknown }).library = HlsPlayer;
    });
    video.replaceWith(player);
    return {
      get video() {
        return player.querySelector('video') as HTMLVideoElement;
      },
      bind: (state, options) => bindVidstack(state, player, options),
      async load(src) {
        const loaded = happened(player, 'loaded-metadata');
        const type = src.includes('.mp4') ? 'video/mp4' : 'application/x-mpegurl';
        player.src = { src, type };
        await loaded;
      },
      unload() {
        player.src = '';
      },
      destroy: () => player.destroy(),
    };
  },
};
