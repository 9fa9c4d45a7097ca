import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { CuepointError, ERROR_CODES, isCuepointError } from './errors.ts';

const documentation = readFileSync(new URL('../../../docs/errors.md', import.meta.url), 'utf8');
const sections = documentation.split(/^(?=#{2,3} )/m).filter((part) => part.startsWith('### '));

describe('docs/errors.md', () => {
  test('has exactly one section for every code, and none for anything else', () => {
    const headings = sections.map((section) => section.split('\n', 1)[0]);
    expect(headings.toSorted()).toEqual(ERROR_CODES.map((code) => `### \`${code}\``).toSorted());
  });

  test.each(sections.map((section) => [section.split('\n', 1)[0] ?? '', section]))(
    '%s says what happened, what to do, and where it is met',
    (_, section) => {
      expect(section).toMatch(/^- \*\*HTTP:\*\* (?:\d{3}\b|none\b)/m);
      expect(section).toMatch(/^- \*\*What happened:\*\* \S/m);
      expect(section).toMatch(/^- \*\*What to do:\*\* \S/m);
    },
  );
});

test('no code is listed twice, and codes are words that a program can match', () => {
  expect(new Set(ERROR_CODES).size).toBe(ERROR_CODES.length);
  for (const code of ERROR_CODES) expect(code).toMatch(/^[a-z]+(_[a-z]+)*$/);
});

describe('a CuepointError', () => {
  test('[HLC4] carries its code and what helps the caller: field, limit, delay and server time', () => {
    const cause = new Error('below');
    const options = {
      cause,
      field: 'timestamp',
      retryAfterMs: 5,
      limit: { name: 'maxDriftMs', value: 60_000 },
      serverTimeMs: 7,
    };
    const error = new CuepointError('clock_ahead', 'The clock is ahead.', options);
    expect(error).toMatchObject({
      ...options,
      code: 'clock_ahead',
      message: 'The clock is ahead.',
    });
    expect([error.name, error.cause]).toEqual(['CuepointError', cause]);
  });

  test('without a cause has none', () => {
    expect('cause' in new CuepointError('internal', 'x')).toBe(false);
  });

  test('is known by its class, and by its code where one is asked for', () => {
    const error = new CuepointError('not_found', 'x');
    expect([isCuepointError(error), isCuepointError(error, 'not_found')]).toEqual([true, true]);
    expect([isCuepointError(error, 'internal'), isCuepointError({ code: 'not_found' })]).toEqual([
      false,
      false,
    ]);
  });
});
