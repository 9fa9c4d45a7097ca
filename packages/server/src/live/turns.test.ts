import { expect, test } from 'vitest';
import { createSignal } from '../testing/signal.ts';
import { createTurns } from './turns.ts';

test('what concerns one key is done in order, other keys go on meanwhile', async () => {
  const turns = createTurns();
  const done: string[] = [];
  const first = createSignal();
  void turns.take('a', async () => {
    await first.received;
    done.push('a1');
  });
  const second = turns.take('a', async () => void done.push('a2'));
  await turns.take('b', async () => void done.push('b1'));
  expect(done).toEqual(['b1']);
  first.send();
  await second;
  expect(done).toEqual(['b1', 'a1', 'a2']);
});

test('nothing is left once all turns are over, also those that a turn begins', async () => {
  const turns = createTurns();
  const done: string[] = [];
  void turns.take('a', async () => {
    void turns.take('a', async () => void done.push('inner'));
  });
  await turns.whenNone();
  expect(done).toEqual(['inner']);
  await turns.whenNone();
});
