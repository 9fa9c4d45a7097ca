import { nameOfPlay, PLAY_ID_NAMESPACE } from '@cuepoint/core';

/**
 * The id of the play that a playback ends in: a UUID, version 5, as RFC 9562 makes it (section 5.5). [PLY1]
 *
 * By hand, SHA-1 too: a page over plain HTTP has no `crypto.subtle`, and the package that the service makes the same ids with
 * is 1.3 kB, which every app would load as well, since its modules run code when they are loaded. [ENG1]
 */
export function playIdOf(contentId: string, playbackId: string): string {
  const namespace = PLAY_ID_NAMESPACE.replace(/-/g, '').replace(/../g, '%$&');
  const name = encodeURIComponent(nameOfPlay(contentId, playbackId));
  const bytes = Array.from((namespace + name).match(/%..|./g) ?? [], (text) =>
    text.length > 1 ? Number.parseInt(text.slice(1), 16) : text.charCodeAt(0),
  );
  const words = sha1(bytes).slice(0, 4);
  words[1] = ((words[1] ?? 0) & 0xffff0fff) | 0x5000;
  words[2] = ((words[2] ?? 0) & 0x3fffffff) | 0x80000000;
  const hex = words.map((word) => `0000000${(word >>> 0).toString(16)}`.slice(-8)).join('');
  return hex.replace(/^(.{8})(.{4})(.{4})(.{4})/, '$1-$2-$3-$4-');
}

/** @returns its five words of 32 bits. Source: FIPS 180-4, section 6.1. */
function sha1(message: readonly number[]): number[] {
  const length = message.length;
  // A bit, zeros, and the length in bits in the last two words of the last block.
  // oxlint-disable-next-line unicorn/no-new-array -- of its length at once
  const words = new Array<number>(((length + 8) >> 6) * 16 + 16).fill(0);
  for (const [at, byte] of [...message, 0x80].entries()) {
    words[at >> 2] = (words[at >> 2] ?? 0) | (byte << (24 - (at % 4) * 8));
  }
  words[words.length - 1] = length * 8;
  let hash = [0x67452301, 0xefcdab89, 0x98badcfe, 0x10325476, 0xc3d2e1f0];
  for (let block = 0; block < words.length; block += 16) {
    const schedule = words.slice(block, block + 16);
    let [a = 0, b = 0, c = 0, d = 0, e = 0] = hash;
    for (let round = 0; round < 80; round += 1) {
      if (round >= 16) {
        let mixed = 0;
        for (const back of [3, 8, 14, 16]) mixed ^= schedule[round - back] ?? 0;
        schedule.push(rotated(mixed, 1));
      }
      const [choice, constant] =
        round < 20
          ? [(b & c) | (~b & d), 0x5a827999]
          : round < 40
            ? [b ^ c ^ d, 0x6ed9eba1]
            : round < 60
              ? [(b & c) | (b & d) | (c & d), 0x8f1bbcdc]
              : [b ^ c ^ d, 0xca62c1d6];
      const next = (rotated(a, 5) + choice + e + constant + (schedule[round] ?? 0)) | 0;
      [a, b, c, d, e] = [next, a, rotated(b, 30), c, d];
    }
    hash = [a, b, c, d, e].map((word, at) => (word + (hash[at] ?? 0)) | 0);
  }
  return hash;
}

function rotated(word: number, by: number): number {
  return (word << by) | (word >>> (32 - by));
}
