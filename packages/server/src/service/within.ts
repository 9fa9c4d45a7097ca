import { delay } from './delay.ts';

/**
 * The answer, or `undefined` after `ms`: the wait has an end, whatever becomes of the work. [OPS1]
 *
 * @throws what the work throws in time; later nobody hears of it.
 */
export async function within<Answer>(
  work: Promise<Answer>,
  ms: number,
): Promise<Answer | undefined> {
  const answered = new AbortController();
  try {
    return await Promise.race([work, delay(ms, answered.signal).then(() => undefined)]);
  } finally {
    answered.abort();
  }
}
