import { useEffect, useState } from 'react';
import { delay } from '../session/delay.ts';

const ASK_INTERVAL_MS = 4_000;
const ANSWER_TIMEOUT_MS = 4_000;

/** Whether the service answers, asked every few seconds while the page is seen; true until it did not. */
export function useServiceAnswers(): boolean {
  const [answers, setAnswers] = useState(true);
  useEffect(() => {
    const stop = new AbortController();
    void watch(setAnswers, stop.signal);
    return () => stop.abort();
  }, []);
  return answers;
}

async function watch(onKnown: (answers: boolean) => void, signal: AbortSignal): Promise<void> {
  while (!signal.aborted) {
    if (document.visibilityState === 'visible') {
      const timeout = AbortSignal.timeout(ANSWER_TIMEOUT_MS);
      const answer = await fetch('/livez', { signal: AbortSignal.any([signal, timeout]) }).catch(
        () => undefined,
      );
      if (signal.aborted) return;
      onKnown(answer?.ok === true);
    }
    await delay(ASK_INTERVAL_MS, signal);
  }
}
