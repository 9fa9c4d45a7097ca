export interface TailedOp {
  readonly kind:
    | 'watchlist.add'
    | 'watchlist.remove'
    | 'progress.set'
    | 'progress.clear'
    | 'register.set'
    | 'play.add'
    | 'play.remove';
  readonly contentId?: string;
  readonly timestamp: string;
  readonly claim?: string;
  readonly deviceId?: string;
  readonly positionSeconds?: number;
  readonly durationSeconds?: number;
  readonly state?: string;
  readonly tag?: string;
  readonly tags?: readonly string[];
  readonly register?: string;
  readonly key?: string;
  readonly value?: unknown;
  readonly playIds?: readonly string[];
}

export interface Explanation {
  readonly isWon: boolean;
  readonly by: 'claim' | 'physical' | 'counter' | 'deviceId' | 'passive' | 'removed';
  readonly aheadMs: number;
  readonly other: { readonly timestamp: string; readonly deviceId: string };
}

export interface OpLine {
  readonly type: 'op';
  readonly serverTime: number;
  readonly source: 'here' | 'elsewhere';
  readonly result: 'applied' | 'duplicate' | 'superseded' | 'rejected';
  readonly op: TailedOp;
  readonly code?: string;
  readonly explanation?: Explanation;
}

/** One line of `GET /api/v1/inspector/users/{userId}/ops`. */
export type TailLine =
  | OpLine
  | { readonly type: 'open' | 'heartbeat'; readonly serverTime: number }
  | { readonly type: 'dropped'; readonly count: number }
  | { readonly type: 'end'; readonly reason: string };
