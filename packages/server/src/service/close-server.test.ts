import { describe, expect, it } from 'vitest';
import { createSignal } from '../testing/signal.ts';
import { closeServer } from './close-server.ts';

function setup(idleAfterChecks: number) {
  const gone = createSignal();
  let checks = 0;
  const delays: number[] = [];
  const closing = closeServer(
    {
      close: () => gone.received,
      server: {
        closeIdleConnections: () => {
          checks += 1;
          if (checks === idleAfterChecks) gone.send();
        },
      },
    },
    {
      delay: async (ms) => {
        delays.push(ms);
      },
      timeoutMs: 500,
    },
  );
  return { closing, delays, gone };
}

describe('closing the server', () => {
  it('[GC7] lets a kept-alive connection go whose answer ended after the close began', async () => {
    const { closing } = setup(3);
    await expect((await closing).closed).resolves.toBeUndefined();
  });

  it('[GC7] waits no longer than its bound for a client that does not read', async () => {
    const { closing, delays, gone } = setup(Number.POSITIVE_INFINITY);
    const { closed } = await closing;
    expect(delays.reduce((sum, ms) => sum + ms, 0)).toBe(500);
    gone.send();
    await closed;
  });
});
