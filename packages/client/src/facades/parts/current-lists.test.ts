import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from 'vitest';
import { openApp } from '../../testing/open-app.ts';
import { continueWatchingOf, type ContinueWatching } from '../continue-watching.ts';
import { UNFOLLOWED_MAX } from './current-lists.ts';

const at = (positionSeconds: number) =>
  ({ positionSeconds, durationSeconds: 6_000, state: 'playing' }) as const;

setFlagsFromString('--expose_gc');
const collectGarbage = runInNewContext('gc') as () => void;

/** Of a WeakRef the engine lets go only after the turn in which it was read. */
const nextTurn = () => new Promise<void>((resolve) => void setImmediate(resolve));

describe('lists for options that are made anew in each call', () => {
  it('[CW9] are one list where they say the same, and another where they do not', async () => {
    const { state } = await openApp();
    const facts = () => undefined;
    const of = (begun: number) =>
      continueWatchingOf(state, { facts, policy: { filmBegunSeconds: begun } });
    expect(of(60)).toBe(of(60));
    expect(continueWatchingOf(state, { catalogue: false })).toBe(continueWatchingOf(state));
    expect(of(60)).not.toBe(of(61));
    expect(continueWatchingOf(state, { facts: () => undefined })).not.toBe(of(60));
    await state.close();
  });

  it('[CW9] are let go once others were read since, and are right again when they are read after all', async () => {
    const { state } = await openApp();
    state.progress.set('film', at(600));
    const kept = continueWatchingOf(state, { facts: () => undefined });
    const [before] = kept.list();
    expect(before).toMatchObject({ contentId: 'film' });
    const refs: WeakRef<ContinueWatching>[] = [];
    for (let n = 0; n < 4 * UNFOLLOWED_MAX; n += 1) {
      const made = continueWatchingOf(state, {
        facts: () => ({ type: 'movie', title: String(n) }),
      });
      made.list();
      refs.push(new WeakRef(made));
    }
    await nextTurn();
    collectGarbage();
    const alive = refs.filter((ref) => ref.deref() !== undefined);
    expect(alive.length).toBeLessThanOrEqual(UNFOLLOWED_MAX + 1);
    state.progress.clear('film');
    state.progress.set('other', at(700));
    expect(kept.list()).toMatchObject([{ contentId: 'other' }]);
    expect(kept.facts('other')).toBeUndefined();
    await state.close();
  });

  it('[CW2] a list that somebody follows hears of each change, however many others are read', async () => {
    const { state } = await openApp();
    const followed = continueWatchingOf(state, { facts: () => undefined });
    let heard = 0;
    const end = followed.subscribe(() => (heard += 1));
    for (let n = 0; n < 2 * UNFOLLOWED_MAX; n += 1) {
      continueWatchingOf(state, { facts: () => undefined }).list();
    }
    state.progress.set('film', at(600));
    expect(heard).toBe(1);
    expect(followed.list()).toBe(followed.list());
    end();
    await state.close();
  });
});
