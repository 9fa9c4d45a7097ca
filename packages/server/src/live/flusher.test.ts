import { expect, it } from 'vitest';
import { createFlusher } from './flusher.ts';

it('flushes each that asked once, in their order, with one callback a turn', () => {
  const turns: (() => void)[] = [];
  const flushed: string[] = [];
  const flusher = createFlusher((callback) => turns.push(callback));
  const named = (name: string) => ({ flush: () => void flushed.push(name) });
  flusher(named('a'));
  flusher(named('b'));
  expect(turns).toHaveLength(1);
  expect(flushed).toEqual([]);
  turns[0]?.();
  expect(flushed).toEqual(['a', 'b']);
});

it('leaves what asks during a flush to the next turn', () => {
  const turns: (() => void)[] = [];
  let flushes = 0;
  const flusher = createFlusher((callback) => turns.push(callback));
  const again = {
    flush(): void {
      flushes += 1;
      if (flushes === 1) flusher(again);
    },
  };
  flusher(again);
  turns[0]?.();
  expect({ flushes, turns: turns.length }).toEqual({ flushes: 1, turns: 2 });
  turns[1]?.();
  expect({ flushes, turns: turns.length }).toEqual({ flushes: 2, turns: 2 });
});
