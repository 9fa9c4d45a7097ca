import { nameOfPlay, PLAY_ID_NAMESPACE } from '@cuepoint/core';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { v5 as uuidV5 } from 'uuid';
import { playIdOf } from './play-id.ts';

// As the service has it, whose package is another.
const expected = (contentId: string, playbackId: string) =>
  uuidV5(nameOfPlay(contentId, playbackId), PLAY_ID_NAMESPACE);

it('[PLY1] a play has the id that the service gives it, whatever its content and playback are called', () => {
  const names = fc.string({ unit: 'grapheme', maxLength: 300 });
  fc.assert(
    fc.property(names, names, (contentId, playbackId) => {
      expect(playIdOf(contentId, playbackId)).toBe(expected(contentId, playbackId));
    }),
  );
});

it('[PLY1] of every length around the blocks that it is made of', () => {
  for (let length = 1; length <= 200; length += 1) {
    const contentId = 'x'.repeat(length);
    expect(playIdOf(contentId, 'é🎬')).toBe(expected(contentId, 'é🎬'));
  }
});
