import { CLOSE_CODES, CuepointError, ERROR_CODES, reasonToRetryAfter } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { refusalOf, toSessionError } from './refusal.ts';

const refusal = (code: (typeof ERROR_CODES)[number], retryAfterMs?: number) =>
  refusalOf(new CuepointError(code, 'No.', retryAfterMs === undefined ? {} : { retryAfterMs }));

describe('how a session ends that could not be greeted', () => {
  it.each([
    ['protocol_unsupported', CLOSE_CODES.protocolUnsupported],
    ['unauthenticated', CLOSE_CODES.unauthenticated],
    ['device_mismatch', CLOSE_CODES.unauthenticated],
    ['device_revoked', CLOSE_CODES.deviceRevoked],
    ['limit_exceeded', CLOSE_CODES.limitExceeded],
    ['invalid_cursor', CLOSE_CODES.badMessage],
    ['invalid_device_id', CLOSE_CODES.badMessage],
    ['invalid_request', CLOSE_CODES.badMessage],
    ['internal', CLOSE_CODES.internal],
  ] as const)('%s closes with %i and asks for no delay', (code, closeCode) => {
    expect(refusal(code)).toEqual({ code: closeCode });
  });

  it.each([
    ['rate_limited', CLOSE_CODES.rateLimited],
    ['overloaded', CLOSE_CODES.overloaded],
    ['database_unavailable', CLOSE_CODES.overloaded],
    ['storage_failed', CLOSE_CODES.overloaded],
    ['shutting_down', CLOSE_CODES.restart],
  ] as const)('%s closes with %i and says how long to wait', (code, closeCode) => {
    expect(refusal(code, 1_234)).toEqual({ code: closeCode, reason: 'retryAfterMs=1234' });
    expect(reasonToRetryAfter(refusal(code).reason ?? '')).toBeGreaterThan(0);
  });

  it('takes what is no expected failure for a bug of ours, and keeps its cause', () => {
    const cause = new TypeError('of ours');
    expect(toSessionError(cause)).toMatchObject({ code: 'internal', cause });
    const known = new CuepointError('overloaded', 'Full.');
    expect(toSessionError(known)).toBe(known);
  });
});
