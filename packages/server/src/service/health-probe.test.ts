import { describe, expect, it } from 'vitest';
import { createSignal } from '../testing/signal.ts';
import { createHealthProbe, type HealthProbeDeps } from './health-probe.ts';

const never = (_ms: number, signal: AbortSignal) =>
  new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve()));

function create(deps: Partial<HealthProbeDeps>) {
  return createHealthProbe({
    ping: async () => undefined,
    requireUsableSchema: async () => undefined,
    report: () => {
      throw new Error('not in this test');
    },
    delay: never,
    ...deps,
  });
}

describe('readiness', () => {
  it('needs the database and its schema', async () => {
    await expect(create({}).requireReady()).resolves.toBeUndefined();
    const lost = create({ ping: () => Promise.reject(new Error('ECONNRESET')) });
    await expect(lost.requireReady()).rejects.toMatchObject({ code: 'database_unavailable' });
  });

  it('does not wait for a database that hangs', async () => {
    const hung = createSignal();
    const probe = create({ ping: () => hung.received, delay: async () => undefined });
    await expect(probe.requireReady()).rejects.toMatchObject({
      code: 'database_unavailable',
      message: expect.stringContaining('too long'),
    });
    hung.send();
  });
});
