import type { BindVideoOptions, VideoBinding } from '@cuepoint/client';
import { happened, type Player, type Source } from './player.ts';

/** Of the stitched stream. In seconds. */
const BREAK_SECONDS = 20;
const AD_SECONDS = 4;

export const FILM = 'film:metropolis';
export const NEXT = 'film:m';
// What is right is paused, or at an end: a place that nobody wrote shows by its state.
const FILM_AT_40 = { positionSeconds: 40, durationSeconds: 120, state: 'stopped' };
const NEXT_AT_20 = { positionSeconds: 20, durationSeconds: 60, state: 'stopped' };

export interface Position {
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: string;
}
/** `undefined`: nothing is stored. */
export type Stored = Readonly<Record<string, Position | undefined>>;

/** What a situation has of its page. */
export interface Stage {
  /** The player, made by the first call. @param startSeconds where the player itself is told to begin. */
  open(startSeconds?: number): Promise<Player>;
  bind(contentId: string, options?: Partial<BindVideoOptions>): VideoBinding;
  load(source: Source, query?: string): Promise<void>;
  /** Waits without a limit: the test has one. */
  until(holds: () => boolean): Promise<void>;
  /** Plays until the element is there. */
  playTo(seconds: number): Promise<void>;
  /** Ends the making of a fault, and does what an app does then. */
  recover(): Promise<void>;
}

export interface Situation {
  readonly name: string;
  /** Its row of the table in docs/client.md, where it is not alone in that. */
  readonly row?: string;
  /** What has to be stored afterwards, for the table. */
  readonly right: string;
  /** What not every player can do. */
  readonly needs?: 'itsOwnStart' | 'replacement';
  readonly source: Source;
  /** What other devices stored before. */
  readonly before: Stored;
  /** @returns the right value of each title: places are where the element was seen to be. */
  run(stage: Stage): Promise<Stored>;
}

const film = (at: number, state = 'paused', durationSeconds = 120): Stored => ({
  [FILM]: { positionSeconds: Math.floor(at), durationSeconds, state },
});
const next = (at: number, state = 'paused'): Stored => ({
  [NEXT]: { positionSeconds: Math.floor(at), durationSeconds: 60, state },
});

/** Film, bound, played from 40 to 41. */
async function watch(
  stage: Stage,
  source: Source = 'film',
  query = '',
): Promise<Player & { binding: VideoBinding }> {
  const player = await stage.open();
  await stage.load(source, query);
  const binding = stage.bind(FILM);
  await stage.playTo(41);
  return Object.assign(Object.create(player), { binding });
}

async function pause({ video }: Player): Promise<number> {
  const paused = happened(video, 'pause');
  video.pause();
  await paused;
  return video.currentTime;
}

type Step = 'detach' | 'load' | 'bind';
const ORDERS: readonly (readonly Step[])[] = [
  ['detach', 'load', 'bind'],
  ['detach', 'bind', 'load'],
  ['load', 'detach', 'bind'],
  ['load', 'bind', 'detach'],
  ['bind', 'detach', 'load'],
  ['bind', 'load', 'detach'],
];

const anotherTitle = (steps: readonly Step[], isAwaited: boolean): Situation => ({
  name: `another title: ${steps.join(', ')}${isAwaited ? ', once it can play' : ''}`,
  row: `another title on the element: \`load\`, \`detach\` and \`bind\` in all six orders${isAwaited ? ', going on once it can play' : ''}`,
  right: 'of each its own: 41 and 20, paused',
  source: 'next',
  before: { [FILM]: FILM_AT_40, [NEXT]: NEXT_AT_20 },
  async run(stage) {
    const player = await stage.open();
    await stage.load('film');
    const binding = stage.bind(FILM);
    await stage.playTo(41);
    const at = player.video.currentTime;
    let loading: Promise<void> | undefined;
    for (const step of steps) {
      if (step === 'detach') binding.detach();
      else if (step === 'bind') stage.bind(NEXT);
      else {
        loading = stage.load('next');
        if (!isAwaited) continue;
        await loading;
        await stage.until(() => player.video.readyState >= 3 && !player.video.seeking);
      }
    }
    await loading;
    await stage.playTo(20.2);
    return { ...film(at), ...next(await pause(player)) };
  },
});

const leaving = (name: string, leave: (player: Player) => unknown): Situation => ({
  name: `${name} before detach`,
  right: 'where it was seen last, paused',
  source: 'film',
  before: { [FILM]: FILM_AT_40 },
  async run(stage) {
    const player = await watch(stage);
    const at = player.video.currentTime;
    await leave(player);
    player.binding.detach();
    return film(at);
  },
});

export const SITUATIONS: readonly Situation[] = [
  {
    name: 'a resume',
    right: 'where it is paused after 40',
    source: 'film',
    before: { [FILM]: FILM_AT_40 },
    run: async (stage) => film(await pause(await watch(stage))),
  },
  {
    name: 'a resume, bound before it loads',
    right: 'the same',
    source: 'film',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await stage.open();
      const loading = stage.load('film');
      stage.bind(FILM);
      await loading;
      await stage.playTo(40.3);
      return film(await pause(player));
    },
  },
  {
    name: 'a start of the player’s own beside it',
    right: 'the same, and not 10',
    source: 'film',
    needs: 'itsOwnStart',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await stage.open(10);
      await stage.load('film');
      stage.bind(FILM);
      void player.video.play();
      await stage.until(() => !player.video.seeking && player.video.currentTime > 10.3);
      await stage.playTo(40.3);
      return film(await pause(player));
    },
  },
  {
    name: 'a seek before it plays',
    right: '70, where they went',
    source: 'film',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await stage.open();
      await stage.load('film');
      stage.bind(FILM);
      await stage.until(() => player.video.currentTime > 39 && !player.video.seeking);
      player.video.currentTime = 70;
      await stage.playTo(70.2);
      return film(await pause(player));
    },
  },
  ...ORDERS.map((steps) => anotherTitle(steps, false)),
  ...ORDERS.map((steps) => anotherTitle(steps, true)),
  leaving('unloaded', (player) => player.unload()),
  leaving('destroyed', (player) => player.destroy()),
  {
    name: 'the end',
    right: '120 of 120, stopped',
    source: 'film',
    before: { [FILM]: { ...FILM_AT_40, positionSeconds: 107 } },
    async run(stage) {
      const { video } = await watch(stage);
      const ended = happened(video, 'ended');
      video.currentTime = 118;
      await ended;
      return film(120, 'stopped');
    },
  },
  {
    name: 'a loop',
    right: '120 of 120, stopped',
    source: 'film',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await watch(stage);
      player.video.loop = true;
      player.video.currentTime = 118;
      await stage.until(() => player.video.currentTime < 10 && player.video.currentTime > 0.3);
      await pause(player);
      return film(120, 'stopped');
    },
  },
  {
    name: 'double speed',
    right: 'where it is paused',
    source: 'film',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await watch(stage);
      player.video.playbackRate = 2;
      await stage.playTo(43);
      return film(await pause(player));
    },
  },
  {
    name: 'audio alone',
    right: 'where it is paused',
    source: 'audio',
    before: { [FILM]: FILM_AT_40 },
    run: async (stage) => film(await pause(await watch(stage, 'audio'))),
  },
  {
    name: 'an error in the middle, mended',
    right: 'where it is paused behind the error',
    source: 'broken',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await watch(stage, 'broken');
      await stage.until(() => player.video.currentTime > 43 && player.video.readyState < 3);
      await stage.recover();
      await stage.playTo(44.5);
      return film(await pause(player));
    },
  },
  {
    name: 'live',
    right: 'nothing',
    source: 'live',
    before: {},
    async run(stage) {
      const player = await stage.open();
      await stage.load('live', `?since=${Date.now()}`);
      stage.bind(FILM);
      await player.video.play();
      const { currentTime } = player.video;
      await stage.until(() => player.video.currentTime > currentTime + 0.5);
      await pause(player);
      return { [FILM]: undefined };
    },
  },
  {
    name: 'a stream that grows',
    right: 'where it is paused, of an unknown length',
    source: 'growing',
    before: {},
    async run(stage) {
      const player = await stage.open();
      await stage.load('growing', `?since=${Date.now()}`);
      stage.bind(FILM, { startSeconds: 18 });
      await stage.playTo(18.3);
      const { duration } = player.video;
      await stage.until(
        () => player.video.duration > duration + 6 || duration === Number.POSITIVE_INFINITY,
      );
      return film(await pause(player), 'paused', 0);
    },
  },
  ...(
    [
      ['before', 0, 'where the film is paused after it'],
      ['in the middle', 42, 'where the film is paused after it'],
      ['after', 119, '119, while it plays'],
    ] as const
  ).map(([when, at, right]): Situation => ({
    name: `an interstitial ${when}`,
    right,
    source: 'interstitial',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await stage.open();
      await stage.load('interstitial', `?at=${at}`);
      stage.bind(FILM);
      if (when === 'in the middle') {
        await stage.playTo(41);
        await stage.until(() => player.video.duration < 119 || player.video.currentTime < 10);
        await stage.until(() => player.video.duration > 119 && player.video.currentTime > 40);
        await stage.playTo(42.3);
        return film(await pause(player));
      }
      if (when === 'before') {
        await stage.playTo(40.3);
        return film(await pause(player));
      }
      await stage.playTo(41);
      player.video.currentTime = 117;
      await stage.until(() => player.video.currentTime < 10 && player.video.currentTime > 1);
      return film(119);
    },
  })),
  {
    name: 'left in the middle of an interstitial',
    right: '42, where the film is, paused',
    source: 'interstitial',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await stage.open();
      await stage.load('interstitial', '?at=42');
      const binding = stage.bind(FILM);
      await stage.playTo(41);
      await stage.until(() => player.video.duration < 119 && player.video.currentTime > 0.2);
      const sought = happened(player.video, 'seeking').then(() => true);
      await stage.until(() => player.video.currentTime > 1);
      // The operator's advertisement is not the person's to skip.
      if (player.video.currentTime > 3) throw new Error('it was skipped');
      if (await Promise.race([sought, Promise.resolve(false)])) throw new Error('it was sought in');
      await player.destroy();
      binding.detach();
      return film(42);
    },
  },
  {
    name: 'an advertisement, loaded in between',
    right: 'where the film is paused after it',
    source: 'ad',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await stage.open();
      let isAd = false;
      await stage.load('film');
      stage.bind(FILM, { isAd: () => isAd });
      await stage.playTo(41);
      isAd = true;
      await stage.load('ad');
      await stage.playTo(1);
      const ended = happened(player.video, 'ended');
      player.video.currentTime = 3.5;
      await ended;
      isAd = false;
      await stage.load('film');
      await stage.playTo(41.5);
      return film(await pause(player));
    },
  },
  {
    name: 'an advertisement, stitched in',
    right: 'the place in the film',
    source: 'stitched',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await stage.open();
      await stage.load('stitched');
      const end = BREAK_SECONDS + AD_SECONDS;
      stage.bind(FILM, {
        toContentTime: (media) =>
          media < BREAK_SECONDS ? media : media < end ? undefined : media - AD_SECONDS,
        toMediaTime: (content) => (content < BREAK_SECONDS ? content : content + AD_SECONDS),
      });
      await stage.playTo(41 + AD_SECONDS);
      return film((await pause(player)) - AD_SECONDS);
    },
  },
  {
    name: 'mounted twice, as React does in development',
    right: 'where it is paused',
    source: 'film',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const first = await stage.open();
      const loading = stage.load('film');
      const binding = stage.bind(FILM);
      binding.detach();
      await first.destroy();
      void loading.catch(() => undefined);
      const player = await watch(stage);
      return film(await pause(player));
    },
  },
  {
    name: 'an element that is replaced',
    right: 'where it is paused in the new one',
    source: 'film',
    needs: 'replacement',
    before: { [FILM]: FILM_AT_40 },
    async run(stage) {
      const player = await watch(stage);
      const element = await player.replace?.();
      if (element !== undefined) player.binding.moveTo(element);
      await stage.playTo(42.3);
      return film(await pause(player));
    },
  },
];
