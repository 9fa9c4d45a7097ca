import { toProblem, type ServiceProblem } from '../session/problem.ts';
import type { OperatorSession } from '../session/operator-session.ts';
import { chunksOf, readJsonLines } from './read-json-lines.ts';
import type { OpLine, TailLine } from './tail-line.ts';

export type TailState = 'connecting' | 'open' | 'waiting' | 'refused';

export interface FollowOpsHandlers {
  /** @param problem why it waits, or was refused for good. */
  readonly onState: (state: TailState, problem?: ServiceProblem) => void;
  readonly onOp: (line: OpLine) => void;
  /** So many ops are missing here. */
  readonly onDropped: (count: number) => void;
}

export interface FollowOpsDeps {
  readonly session: Pick<OperatorSession, 'fetch'>;
  /** Resolves after the time, or at once when it is called off. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

const DELAY_FIRST_MS = 500;
const DELAY_MAX_MS = 15_000;
/** The service beats every 15 s: who hears nothing for this long has lost it. */
const SILENT_MAX_MS = 40_000;

/**
 * Follows the ops of a user until it is called off: it opens the tail again, ever more rarely, whenever it
 * ends, goes silent or cannot be reached. What was refused is not asked again.
 */
export async function followOps(
  { session, delay }: FollowOpsDeps,
  userId: string,
  { onState, onOp, onDropped }: FollowOpsHandlers,
  signal: AbortSignal,
): Promise<void> {
  for (let delayMs = DELAY_FIRST_MS; !signal.aborted;) {
    onState('connecting');
    const silence = createSilence(signal);
    try {
      const path = `/api/v1/inspector/users/${userId}/ops`;
      const { body } = await session.fetch(path, { signal: silence.signal });
      if (body === null) throw new TypeError('the answer has no body');
      for await (const line of readJsonLines(chunksOf(body))) {
        silence.heard();
        if (take(line as TailLine)) delayMs = DELAY_FIRST_MS;
      }
      if (!signal.aborted) onState('waiting');
    } catch (error) {
      if (signal.aborted) return;
      const problem = toProblem(error);
      const isRefused = problem.status >= 400 && problem.status < 500 && problem.status !== 429;
      onState(isRefused ? 'refused' : 'waiting', problem);
      if (isRefused) return;
    } finally {
      silence.end();
    }
    await delay(delayMs, signal);
    delayMs = Math.min(delayMs * 2, DELAY_MAX_MS);
  }

  /** @returns whether the tail is open now. */
  function take(line: TailLine): boolean {
    if (line.type === 'open') onState('open');
    else if (line.type === 'op') onOp(line);
    else if (line.type === 'dropped') onDropped(line.count);
    return line.type === 'open';
  }

  /** Gives a connection up that says nothing any more, or with `outer`. */
  function createSilence(outer: AbortSignal) {
    const inner = new AbortController();
    const giveUp = (): void => inner.abort();
    outer.addEventListener('abort', giveUp, { once: true });
    let wait = new AbortController();
    const watch = async (): Promise<void> => {
      const current = wait;
      await delay(SILENT_MAX_MS, current.signal);
      if (!current.signal.aborted) giveUp();
    };
    void watch();
    return {
      signal: inner.signal,
      heard() {
        wait.abort();
        wait = new AbortController();
        void watch();
      },
      end() {
        wait.abort();
        outer.removeEventListener('abort', giveUp);
      },
    };
  }
}
