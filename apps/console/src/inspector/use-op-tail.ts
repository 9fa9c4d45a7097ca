import { useEffect, useState } from 'react';
import { delay } from '../session/delay.ts';
import type { ServiceProblem } from '../session/problem.ts';
import { operatorSession } from '../session/session.ts';
import { followOps, type TailState } from './follow-ops.ts';
import type { OpLine } from './tail-line.ts';

/** One op with a number of its own, since two may look the same. */
export interface NumberedOp extends OpLine {
  readonly number: number;
}

export interface OpTailState {
  readonly state: TailState;
  readonly problem: ServiceProblem | undefined;
  /** The newest first, at most {@link OPS_SHOWN_MAX}. */
  readonly ops: readonly NumberedOp[];
  /** Ops that the service could not tell of, since this page did not keep up. */
  readonly dropped: number;
  /** Ops since the page follows this user. */
  readonly seen: number;
}

export const OPS_SHOWN_MAX = 200;

const NOTHING: OpTailState = {
  state: 'connecting',
  problem: undefined,
  ops: [],
  dropped: 0,
  seen: 0,
};

/** Follows the ops of a user while a component shows them. */
export function useOpTail(userId: string | undefined, attempt: number): OpTailState {
  const [tail, setTail] = useState(NOTHING);

  useEffect(() => {
    setTail(NOTHING);
    if (userId === undefined) return undefined;
    const abort = new AbortController();
    const change = (next: (last: OpTailState) => OpTailState): void => {
      if (!abort.signal.aborted) setTail(next);
    };
    void followOps(
      { session: operatorSession, delay },
      userId,
      {
        onState: (state, problem) => change((last) => ({ ...last, state, problem })),
        onDropped: (count) => change((last) => ({ ...last, dropped: last.dropped + count })),
        onOp: (line) =>
          change((last) => ({
            ...last,
            seen: last.seen + 1,
            ops: [{ ...line, number: last.seen }, ...last.ops].slice(0, OPS_SHOWN_MAX),
          })),
      },
      abort.signal,
    );
    return () => abort.abort();
  }, [userId, attempt]);

  return tail;
}
