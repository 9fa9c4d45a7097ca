import type { WireOp } from '@cuepoint/core';
import { expect, it } from 'vitest';
import { OpWatchers, type WatchedOp } from './op-watchers.ts';

const op: WireOp = {
  kind: 'progress.clear',
  contentId: 'film',
  timestamp: '000000000001-0000',
  deviceId: 'tv',
};
const watched: WatchedOp = { op, result: 'applied', isPassive: false, isFromElsewhere: false };

it('tells every watcher of the user, and of no other user, until it ends', () => {
  const watchers = new OpWatchers();
  const heard: string[] = [];
  const endFirst = watchers.add('anna', () => heard.push('first'));
  const endSecond = watchers.add('anna', () => heard.push('second'));
  watchers.add('ben', () => heard.push('ben'));
  watchers.tell('anna', watched);
  expect(heard).toEqual(['first', 'second']);
  endFirst();
  endFirst();
  watchers.tell('anna', watched);
  expect(heard).toEqual(['first', 'second', 'second']);
  expect(watchers.isWatched('anna')).toBe(true);
  endSecond();
  expect(watchers.isWatched('anna')).toBe(false);
});

it('does not end a later watcher when an earlier one ends twice', () => {
  const watchers = new OpWatchers();
  const end = watchers.add('anna', () => undefined);
  end();
  watchers.add('anna', () => undefined);
  end();
  expect(watchers.isWatched('anna')).toBe(true);
});
