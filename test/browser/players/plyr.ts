import { bindPlyr, type PlyrLike } from '@cuepoint/client/players/plyr';
import * as plyrModule from 'plyr';
import { happened, type PlayerPageCode } from './player.ts';

interface Plyr extends PlyrLike {
  readonly media: HTMLVideoElement;
  readonly elements: { readonly container: HTMLElement };
  source: { type: 'video'; sources: readonly { src: string; type: string }[] };
  stop(): void;
  destroy(): void;
}
// Its types export two things as one.
const { default: Plyr } = plyrModule as unknown as {
  default: new (element: HTMLElement, options: object) => Plyr;
};

export const plyr: PlayerPageCode = {
  sources: { ad: '/ad.mp4', film: '/film.mp4', next: '/next.mp4' },
  can: [],
  create({ video }) {
    const player = new Plyr(video, { controls: [], storage: { enabled: false }, muted: true });
    const element = () => player.media;
    return {
      get video() {
        return element();
      },
      bind: (state, options) => bindPlyr(state, player, options),
      async load(src) {
        player.source = { type: 'video', sources: [{ src, type: 'video/mp4' }] };
        await happened(player.elements.container ?? player.media, 'loadedmetadata');
      },
      unload: () => player.stop(),
      destroy: () => player.destroy(),
    };
  },
};
