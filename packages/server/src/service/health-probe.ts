import { CuepointError, isCuepointError } from '@cuepoint/core';
import type { HealthProbe, HealthReport } from './parts.ts';

export interface HealthProbeDeps {
  readonly ping: () => Promise<void>;
  readonly requireUsableSchema: () => Promise<void>;
  readonly report: () => HealthReport;
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** A database that takes longer is not ready, whatever it would say. */
const READY_TIMEOUT_MS = 2_000;

export function createHealthProbe({
  ping,
  requireUsableSchema,
  report,
  delay,
}: HealthProbeDeps): HealthProbe {
  async function check(): Promise<void> {
    try {
      await ping();
      await requireUsableSchema();
    } catch (error) {
      if (isCuepointError(error)) throw error;
      throw new CuepointError('database_unavailable', 'The database does not answer.', {
        cause: error,
      });
    }
  }

  async function expire(signal: AbortSignal): Promise<void> {
    await delay(READY_TIMEOUT_MS, signal);
    if (signal.aborted) return;
    throw new CuepointError('database_unavailable', 'The database takes too long to answer.');
  }

  return {
    report,
    async requireReady() {
      const answered = new AbortController();
      const checked = check().finally(() => answered.abort());
      await Promise.race([checked, expire(answered.signal)]);
      await checked;
    },
  };
}
