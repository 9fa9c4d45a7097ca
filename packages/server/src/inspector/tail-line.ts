import type { OpResult, WireOp } from '@cuepoint/core';
import type { Explanation } from './explain-op.ts';

/** One line of a live tail; `serverTime` is ms since the epoch. */
export type TailLine =
  /** From here on every op is told. */
  | { readonly type: 'open'; readonly serverTime: number }
  | {
      readonly type: 'op';
      readonly serverTime: number;
      /** Whether this instance committed it. Of others only what was stored is told. */
      readonly source: 'here' | 'elsewhere';
      readonly result: OpResult['result'];
      readonly op: WireOp;
      readonly code?: string;
      readonly winner?: WireOp;
      /** Left out where nothing is known that it met. */
      readonly explanation?: Explanation;
    }
  /** Nothing happened for a while; the connection is alive. */
  | { readonly type: 'heartbeat'; readonly serverTime: number }
  /** So many lines are missing here: the reader was too slow. */
  | { readonly type: 'dropped'; readonly count: number }
  /** `expired`: the token, or the longest that a tail goes on. */
  | { readonly type: 'end'; readonly reason: 'stopping' | 'expired' };
