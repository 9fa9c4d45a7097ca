import { describe, expect, it } from 'vitest';
import { describeError } from './logger.ts';

describe('an error in the log', () => {
  it('[SEC4] is its name, code and frames, never its message, all the way down', () => {
    const cause = Object.assign(new TypeError('marker'), { code: '23505', detail: 'marker' });
    const error = new Error('marker\nmarker', { cause });
    const described = describeError(error);
    expect(described).toMatchObject({
      name: 'Error',
      cause: { name: 'TypeError', sqlState: '23505' },
    });
    expect(described.frames?.[0]).toContain('logger.test.ts');
    expect(JSON.stringify(described)).not.toContain('marker');
  });

  it('[SEC4] tells nothing of a thrown text, and no code that is not one', () => {
    expect(describeError('marker')).toEqual({ name: 'string' });
    const odd = Object.assign(new Error('x'), { code: 'marker with blanks' });
    expect(JSON.stringify(describeError(odd))).not.toContain('marker');
  });

  it('ends with a cause that is its own', () => {
    const error = new Error('x');
    error.cause = error;
    expect(JSON.stringify(describeError(error)).length).toBeLessThan(20_000);
  });
});
