import { bindVideojs } from '@cuepoint/client/players/videojs';
import videojsModule from 'video.js';
import { happened, type PlayerPageCode } from './player.ts';

// Its types are those of a module with a default.
const videojs = videojsModule as unknown as typeof videojsModule.default;

export const videoJs: PlayerPageCode = {
  sources: {
    ad: '/ad.mp4',
    film: '/ts/film/index.m3u8',
    next: '/next.mp4',
    audio: '/audio/film/index.m3u8',
    live: '/live.m3u8',
    growing: '/growing.m3u8',
    broken: '/broken/KEY/ts/index.m3u8',
    stitched: '/stitched.m3u8',
  },
  can: ['itsOwnStart'],
  create({ video, startSeconds }) {
    const player = videojs(video, { html5: { vhs: { overrideNative: true } } });
    const element = () => player.el().querySelector('video') as HTMLVideoElement;
    return {
      get video() {
        return element();
      },
      bind: (state, options) => bindVideojs(state, player, options),
      async load(src) {
        const type = src.includes('.mp4') ? 'video/mp4' : 'application/x-mpegURL';
        const loaded = new Promise((resolve) => {
          player.one('loadedmetadata', resolve);
        });
        player.src({ src, type });
        // Of what is still made it loads nothing before it is to play.
        if (/live|growing/.test(src)) void player.play();
        await loaded;
        if (startSeconds !== undefined) player.currentTime(startSeconds);
      },
      unload: () => player.reset(),
      destroy: () => player.dispose(),
      async recover(src) {
        const at = player.currentTime();
        player.src({ src, type: 'application/x-mpegURL' });
        await happened(element(), 'loadedmetadata');
        player.currentTime(at);
        await player.play();
      },
    };
  },
};
