import {
  claimOf,
  compareStamps,
  compareTimestamps,
  type Op,
  type ProgressOp,
} from '@cuepoint/core';
import * as fc from 'fast-check';
import { historyOf } from '../facades/history.ts';
import { ratingsOf } from '../facades/ratings.ts';
import { watchedOf } from '../facades/watched.ts';
import { FakeEnvironment } from './fake-environment.ts';
import { FakeService } from './fake-service.ts';
import { FakeStorage } from './fake-storage.ts';
import { openApp, type App } from './open-app.ts';

export const FILMS = ['film', 'other'];
const PLAY_ID = '20000000-0000-4000-8000-000000000000';
const SKEWS_MS = [0, -Date.UTC(2026, 0), Date.UTC(2099, 0) - Date.UTC(2026, 0), 90_000];

interface RemoteWrite {
  readonly does:
    | 'remoteAdd'
    | 'remoteRemove'
    | 'remoteSet'
    | 'remoteReport'
    | 'remoteRate'
    | 'remotePlay';
  readonly film: string;
  readonly positionSeconds: number;
}

export type Action =
  | RemoteWrite
  | { readonly does: 'add' | 'remove' | 'clear'; readonly film: string }
  | { readonly does: 'mark' | 'unmark' | 'play' | 'unplay'; readonly film: string }
  | {
      readonly does: 'set' | 'report' | 'autoplay' | 'rate';
      readonly film: string;
      readonly positionSeconds: number;
    }
  | { readonly does: 'acks' | 'network'; readonly isOn: boolean }
  | { readonly does: 'lose' | 'restart' }
  | { readonly does: 'skew'; readonly skewMs: number }
  | { readonly does: 'advance' | 'sleep'; readonly ms: number };

const film = fc.constantFrom(...FILMS);
const seconds = fc.nat({ max: 99 });
const writes = fc.record({ does: fc.constantFrom('add' as const, 'remove', 'clear'), film });
const marks = fc.record({
  does: fc.constantFrom('mark' as const, 'unmark', 'play', 'unplay'),
  film,
});
const sets = fc.record({
  does: fc.constantFrom('set' as const, 'report', 'report', 'autoplay', 'rate'),
  film,
  positionSeconds: seconds,
});
const remote = fc.record({
  does: fc.constantFrom(
    'remoteAdd' as const,
    'remoteRemove',
    'remoteSet',
    'remoteReport',
    'remoteRate',
    'remotePlay',
  ),
  film,
  positionSeconds: seconds,
});
const switches = fc.record({
  does: fc.constantFrom('acks' as const, 'network'),
  isOn: fc.boolean(),
});
const ends = fc.record({ does: fc.constantFrom('lose' as const, 'restart') });
const skews = fc.record({
  does: fc.constant('skew' as const),
  skewMs: fc.constantFrom(...SKEWS_MS),
});
const waits = fc.record({
  does: fc.constantFrom('advance' as const, 'advance', 'sleep'),
  ms: fc.constantFrom(0, 1, 300, 5_000, 31_000, 310_000),
});

/** What may happen to a device, in any order. */
export const arbitraryActions: fc.Arbitrary<Action[]> = fc.array(
  fc.oneof(
    { weight: 4, arbitrary: writes },
    { weight: 5, arbitrary: sets },
    { weight: 3, arbitrary: marks },
    { weight: 4, arbitrary: remote },
    { weight: 3, arbitrary: switches },
    { weight: 2, arbitrary: ends },
    { weight: 1, arbitrary: skews },
    { weight: 4, arbitrary: waits },
  ),
  { maxLength: 25 },
);

/** One device of a person, its service, and another device that writes as well. */
export class World {
  readonly environment = new FakeEnvironment();
  readonly service = new FakeService(() => this.environment.trueMs);
  #app: App | undefined;
  #remotes = 0;
  readonly #plays: string[] = [];

  get app(): App {
    if (this.#app === undefined) throw new Error('it was not opened');
    return this.#app;
  }

  async open(storage = new FakeStorage()): Promise<void> {
    this.#app = await openApp({ environment: this.environment, service: this.service, storage });
  }

  async take(action: Action): Promise<void> {
    const { environment, service } = this;
    const { state, storage } = this.app;
    const playing = { durationSeconds: 100, state: 'playing' } as const;
    switch (action.does) {
      case 'add':
        state.watchlist.add(action.film);
        break;
      case 'remove':
        state.watchlist.remove(action.film);
        break;
      case 'clear':
        state.progress.clear(action.film);
        break;
      case 'set':
        state.progress.set(action.film, { positionSeconds: action.positionSeconds, ...playing });
        break;
      case 'report': {
        const before = this.#winnerOf(action.film);
        state.progress.report(action.film, { positionSeconds: action.positionSeconds, ...playing });
        const after = this.#winnerOf(action.film);
        // [CLM3] It goes on with what counts there, or says nothing.
        if (before && after && compareTimestamps(claimOf(before), claimOf(after)) !== 0) {
          throw new Error(`it is of ${JSON.stringify(after)}, not of ${JSON.stringify(before)}`);
        }
        break;
      }
      case 'autoplay': {
        const hasActed = this.#progressOps().some(({ deviceId }) => deviceId === 'tv');
        const position = { positionSeconds: action.positionSeconds, ...playing };
        const isWritten = state.progress.report(action.film, position, { startedBy: 'autoplay' });
        const after = this.#winnerOf(action.film);
        // [CLM5] It is no act of its own, where there was one.
        if (isWritten && hasActed && (after === undefined || !('claim' in after))) {
          throw new Error(`it is an act: ${JSON.stringify(after)}`);
        }
        break;
      }
      case 'mark':
        watchedOf(state).mark(action.film);
        break;
      case 'unmark':
        watchedOf(state).unmark(action.film);
        break;
      case 'rate':
        ratingsOf(state).set(action.film, 1 + (action.positionSeconds % 10));
        break;
      case 'play':
        this.#plays.push(historyOf(state).add(action.film));
        break;
      case 'unplay':
        historyOf(state).remove({ playId: this.#plays.pop() ?? PLAY_ID, alsoIds: [] });
        break;
      case 'acks':
        service.acknowledges = action.isOn;
        break;
      case 'network':
        if (action.isOn) service.isReachable = true;
        else service.cut();
        break;
      case 'lose':
        service.sockets.at(-1)?.end();
        break;
      case 'skew':
        environment.skewMs = action.skewMs;
        break;
      case 'advance':
        await environment.advance(action.ms);
        break;
      case 'sleep':
        environment.sleep(action.ms);
        break;
      case 'restart': {
        await state.whenStored();
        const next = await storage.reborn();
        await state.close();
        await this.open(next);
        break;
      }
      case 'remoteAdd':
      case 'remoteRemove':
      case 'remoteSet':
      case 'remoteReport':
      case 'remoteRate':
      case 'remotePlay':
        service.commit('ada', this.#remote(action));
    }
  }

  /** What counts in a content, as this device knows. */
  #winnerOf(contentId: string): ProgressOp | undefined {
    let winner: ProgressOp | undefined;
    for (const op of this.#progressOps()) {
      const isNewer = winner === undefined || compareStamps(op, winner) > 0;
      if (op.contentId === contentId && isNewer) winner = op;
    }
    return winner;
  }

  #progressOps(): ProgressOp[] {
    const { acknowledged, outbox } = this.app.state.inspect();
    const waiting = outbox.filter((entry) => entry.state !== 'dead').map(({ op }) => op);
    return [...acknowledged, ...waiting].filter(
      (op): op is ProgressOp => op.kind === 'progress.set' || op.kind === 'progress.clear',
    );
  }

  #remote(action: RemoteWrite): Op {
    this.#remotes += 1;
    const base = {
      contentId: action.film,
      timestamp: { physical: this.environment.trueMs, logical: this.#remotes },
      deviceId: 'phone',
    };
    const id = `10000000-0000-4000-8000-${String(this.#remotes).padStart(12, '0')}`;
    if (action.does === 'remotePlay') return { kind: 'play.add', ...base, playId: id };
    if (action.does === 'remoteRate') {
      const { contentId: key, ...stamp } = base;
      const value = 1 + (action.positionSeconds % 10);
      return { kind: 'register.set', register: 'rating', key, value, ...stamp };
    }
    if (action.does === 'remoteSet' || action.does === 'remoteReport') {
      const { positionSeconds } = action;
      const last = this.service.storeOf('ada').registers.get(action.film);
      const claim =
        action.does === 'remoteReport' && last?.deviceId === 'phone' ? claimOf(last) : undefined;
      return {
        kind: 'progress.set',
        ...base,
        positionSeconds,
        durationSeconds: 100,
        state: 'paused',
        ...(claim && { claim }),
      };
    }
    if (action.does === 'remoteAdd') return { kind: 'watchlist.add', ...base, tag: id };
    const tags = this.service.storeOf('ada').set.liveTags(action.film);
    return { kind: 'watchlist.remove', ...base, tags: tags.length > 0 ? tags : [id] };
  }
}
