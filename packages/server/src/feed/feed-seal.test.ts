import { describe, expect, it } from 'vitest';
import { createFeedSeal, SEAL_BYTES } from './feed-seal.ts';

const NOW_MS = 1_790_000_000_123;
const sealOf = (secret = 'a secret', nowMs = NOW_MS) =>
  createFeedSeal(secret, { now: () => nowMs });

describe('[SEC5] the seal of the feed', () => {
  it('opens to the text and the time, for every instance with the secret', () => {
    for (const text of ['', 'película:夜🎬', 'x'.repeat(100_000)]) {
      const sealed = sealOf().seal(text, 'here');
      expect(sealed.length).toBe(Buffer.byteLength(text) + SEAL_BYTES);
      expect(sealOf().open(sealed, 'here')).toEqual({ text, sentAtMs: NOW_MS });
    }
    expect(sealOf().name).toBe(sealOf().name);
    expect(sealOf().name).toMatch(/^[0-9a-f]{32}$/);
  });

  it('opens for no other secret and in no other place', () => {
    const sealed = sealOf().seal('text', 'here');
    expect(sealOf('another').open(sealed, 'here')).toBeUndefined();
    expect(sealOf('another').name).not.toBe(sealOf().name);
    expect(sealOf().open(sealed, 'there')).toBeUndefined();
  });

  it('breaks with each bit that is changed, and with each byte that is missing', () => {
    const sealed = sealOf().seal('text', 'here');
    for (let index = 0; index < sealed.length; index += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(index) ^ 1, index);
      expect(sealOf().open(changed, 'here'), `byte ${index}`).toBeUndefined();
      expect(sealOf().open(sealed.subarray(0, index), 'here'), `${index} bytes`).toBeUndefined();
    }
  });

  it('never uses a nonce twice', () => {
    const seal = sealOf();
    const nonces = new Set<string>();
    for (let index = 0; index < 10_000; index += 1) {
      nonces.add(seal.seal('', '').subarray(0, 12).toString('hex'));
    }
    expect(nonces.size).toBe(10_000);
  });
});
