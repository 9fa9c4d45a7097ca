import { CuepointError, ERROR_CODES } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { toKnownError } from './error-handler.ts';
import { statusOfCode, toProblem } from './problem.ts';
import { traceIdOf } from './trace-id.ts';

describe('a problem', () => {
  it.each([...ERROR_CODES])('of code %s has a status of an error', (code) => {
    expect(statusOfCode(code)).toBeGreaterThanOrEqual(400);
    expect(statusOfCode(code)).toBeLessThan(600);
  });

  it('carries what the error knows and nothing else', () => {
    const error = new CuepointError('clock_ahead', 'Too far.', {
      field: 'timestamp',
      retryAfterMs: 0.5,
      serverTimeMs: 7,
      limit: { name: 'x', value: 1 },
    });
    expect(toProblem(error, 't')).toEqual({
      type: 'urn:cuepoint:problem:clock_ahead',
      title: 'The timestamp is too far ahead',
      status: 409,
      detail: 'Too far.',
      code: 'clock_ahead',
      field: 'timestamp',
      retryAfterMs: 1,
      serverTime: 7,
      limit: { name: 'x', value: 1 },
      traceId: 't',
    });
    expect(Object.keys(toProblem(new CuepointError('forbidden', 'No.'), 't'))).not.toContain(
      'field',
    );
  });

  it('never shows a caller what failed inside', () => {
    const known = toKnownError(new Error('select secret'));
    expect(JSON.stringify(toProblem(known, 't'))).not.toContain('secret');
    expect(known).toMatchObject({ code: 'internal', cause: { message: 'select secret' } });
  });
});

describe('a trace id', () => {
  const fresh = () => '00000000-0000-4000-8000-000000000000';
  const given = '4bf92f3577b34da6a3ce929d0e0e4736';

  it.each([
    [`00-${given}-00f067aa0ba902b7-01`, given],
    [`01-${given}-00f067aa0ba902b7-01-more`, given],
    [`00-${'0'.repeat(32)}-00f067aa0ba902b7-01`, undefined],
    [`00-${given}-00f067aa0ba902b7-01\n`, undefined],
    ['<script>', undefined],
    [undefined, undefined],
  ])('of %j is %j, or else a new one', (traceparent, expected) => {
    expect(traceIdOf(traceparent, fresh)).toBe(expected ?? '00000000000040008000000000000000');
  });
});
