import { useEffect, useState } from 'react';
import { delay } from '../session/delay.ts';
import { problemOf, toProblem, type ServiceProblem } from '../session/problem.ts';
import { NO_HISTORY, withReading, type HealthHistory } from './health-history.ts';
import { readingOf } from './health-point.ts';
import { parseMetrics } from './parse-metrics.ts';

const POLL_INTERVAL_MS = 1_000;
const ANSWER_TIMEOUT_MS = 5_000;

export interface HealthState {
  readonly history: HealthHistory;
  /** Why the last reading failed. */
  readonly problem: ServiceProblem | undefined;
}

/** Reads /metrics each second while the page is seen; nothing is asked while it is hidden. */
export function useHealth(): HealthState {
  const [state, setState] = useState<HealthState>({ history: NO_HISTORY, problem: undefined });

  useEffect(() => {
    const stop = new AbortController();
    let pause: AbortController | undefined;

    async function poll(signal: AbortSignal): Promise<void> {
      while (!signal.aborted) {
        try {
          const reading = await read(signal);
          if (signal.aborted) return;
          setState(({ history }) => ({
            history: withReading(history, reading),
            problem: undefined,
          }));
        } catch (error) {
          if (signal.aborted) return;
          setState(({ history }) => ({ history, problem: toProblem(error) }));
        }
        await delay(POLL_INTERVAL_MS, signal);
      }
    }

    function look(): void {
      pause?.abort();
      pause = undefined;
      if (document.visibilityState === 'hidden' || stop.signal.aborted) return;
      pause = new AbortController();
      void poll(pause.signal);
    }

    document.addEventListener('visibilitychange', look, { signal: stop.signal });
    look();
    return () => {
      stop.abort();
      pause?.abort();
    };
  }, []);

  return state;
}

async function read(signal: AbortSignal) {
  const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
  const answer = await fetch('/metrics', { signal: AbortSignal.any([signal, timeout]) });
  if (!answer.ok) throw await problemOf(answer);
  return readingOf(parseMetrics(await answer.text()), Date.now());
}
