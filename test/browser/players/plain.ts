import { another, happened, type PlayerPageCode } from './player.ts';

/** No player: the element and files. */
export const plain: PlayerPageCode = {
  sources: { ad: '/ad.mp4', film: '/film.mp4', next: '/next.mp4' },
  can: ['itsOwnStart', 'replacement'],
  create({ video: first, startSeconds }) {
    let video = first;
    return {
      get video() {
        return video;
      },
      async load(source) {
        video.src = startSeconds === undefined ? source : `${source}#t=${startSeconds}`;
        await happened(video, 'loadedmetadata');
      },
      unload() {
        video.removeAttribute('src');
        video.load();
      },
      destroy: () => video.remove(),
      async replace() {
        const { src, currentTime } = video;
        video = another(video);
        video.src = src;
        await happened(video, 'loadedmetadata');
        video.currentTime = currentTime;
        return video;
      },
    };
  },
};
