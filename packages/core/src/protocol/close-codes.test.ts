import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CLOSE_CODES, reasonToRetryAfter, retryAfterToReason } from './close-codes.ts';

/** RFC 6455: a close frame carries 125 bytes, two of which are the code. */
const REASON_BYTES_MAX = 123;

describe('close codes', () => {
  test('are never renumbered: clients match on the numbers', () => {
    expect(CLOSE_CODES).toEqual({
      leave: 1000,
      restart: 1012,
      badMessage: 4400,
      unauthenticated: 4401,
      deviceRevoked: 4403,
      protocolUnsupported: 4406,
      timeout: 4408,
      deviceReplaced: 4409,
      userErased: 4410,
      limitExceeded: 4413,
      rateLimited: 4429,
      internal: 4500,
      overloaded: 4503,
    });
  });

  test('say one thing each, and are codes that a close frame may carry', () => {
    const codes = Object.values(CLOSE_CODES);
    expect(new Set(codes).size).toBe(codes.length);
    // 1000 and 1012 are registered; 4000 to 4999 are an application's own.
    const foreign = codes.filter((code) => code < 4_000 || code > 4_999);
    expect(foreign).toEqual([1_000, 1_012]);
  });
});

describe('the delay in a reason', () => {
  test('[LIV5] comes back as it was given, in whole ms, and fits a close frame', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 999_999_999 }), (delayMs) => {
        const reason = retryAfterToReason(delayMs);
        expect(reasonToRetryAfter(reason)).toBe(delayMs);
        expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(REASON_BYTES_MAX);
      }),
    );
  });

  test('is never shorter than it was asked for', () => {
    expect(reasonToRetryAfter(retryAfterToReason(0.2))).toBe(1);
    expect(reasonToRetryAfter(retryAfterToReason(1_000.5))).toBe(1_001);
  });

  test.each([0, -1, -0.5, Number.NaN, Infinity, -Infinity, 1e9, 1e21, Number.MAX_VALUE])(
    'is a delay that is read again, and fits, even for %s',
    (delayMs) => {
      const reason = retryAfterToReason(delayMs);
      expect(reasonToRetryAfter(reason)).toBeGreaterThanOrEqual(0);
      expect(Buffer.byteLength(reason)).toBeLessThanOrEqual(REASON_BYTES_MAX);
    },
  );

  test.each(['', 'bye', 'retryAfterMs=', 'retryAfterMs=-1', 'retryAfterMs=1s', ' retryAfterMs=1'])(
    'is none in %j',
    (reason) => {
      expect(reasonToRetryAfter(reason)).toBeUndefined();
    },
  );

  test('is none in any text that is not of its form', () => {
    const reasons = fc.oneof(
      fc.string(),
      fc.string().map((text) => `retryAfterMs=${text}`),
      fc.nat().map((delayMs) => `retryAfterMs=${delayMs} or later`),
    );
    fc.assert(
      fc.property(reasons, (reason) => {
        const isOfForm = /^retryAfterMs=\d{1,9}$/.test(reason);
        expect(reasonToRetryAfter(reason) !== undefined).toBe(isOfForm);
      }),
    );
  });
});
