import { CuepointError } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { openWithRetry } from './open-with-retry.ts';

const away = (reason: string) => new CuepointError('database_unavailable', reason);

function setup(outcomes: readonly (Error | string)[]) {
  const [delays, reasons]: [number[], string[]] = [[], []];
  let attempt = 0;
  const stopping = new AbortController();
  const opened = (onDelay: () => void = () => undefined) =>
    openWithRetry(
      async () => {
        const outcome = outcomes[attempt] ?? 'opened';
        attempt += 1;
        if (typeof outcome !== 'string') throw outcome;
        return outcome;
      },
      {
        delay: async (ms) => {
          delays.push(ms);
          onDelay();
        },
        random: () => 1,
        onUnavailable: (reason) => reasons.push(reason),
      },
      stopping.signal,
    );
  return { delays, reasons, stopping, opened };
}

describe('opening a database that is not up yet', () => {
  it('tries until it answers, ever more rarely, and tells each reason once', async () => {
    const refused = Array.from({ length: 7 }, () => away('refused'));
    const { delays, reasons, opened } = setup([...refused, away('starting up'), away('refused')]);
    expect(await opened()).toBe('opened');
    expect(delays).toEqual([500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000, 15_000, 15_000]);
    expect(reasons).toEqual(['refused', 'starting up', 'refused']);
  });

  it.each(['data_directory_in_use', 'schema_too_new', 'data_directory_unusable'] as const)(
    'does not try again what stays so: %s',
    async (code) => {
      const { delays, opened } = setup([new CuepointError(code, 'No.')]);
      await expect(opened()).rejects.toMatchObject({ code });
      expect(delays).toEqual([]);
    },
  );

  it('ends with the stop signal', async () => {
    const { stopping, opened } = setup([away('refused'), away('refused')]);
    await expect(opened(() => stopping.abort())).rejects.toMatchObject({
      code: 'database_unavailable',
    });
  });
});
