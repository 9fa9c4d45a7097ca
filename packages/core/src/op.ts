import type { PlaybackState } from './playback-position.ts';
import type { Timestamp } from './timestamp.ts';

interface OpBase {
  readonly contentId: string;
  readonly timestamp: Timestamp;
  /** Who wrote. On the wire an op that a client pushes leaves it out: its session names the device. */
  readonly deviceId: string;
}

export interface WatchlistAddOp extends OpBase {
  readonly kind: 'watchlist.add';
  /** UUID, lower case, minted for this add alone. [ORS1] */
  readonly tag: string;
}

export interface WatchlistRemoveOp extends OpBase {
  readonly kind: 'watchlist.remove';
  /** The tags that the remover has seen, at least one. [ORS2] */
  readonly tags: readonly string[];
}

export interface ProgressSetOp extends OpBase {
  readonly kind: 'progress.set';
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: PlaybackState;
  /** As in a stamp: the act that this report continues; left out for an act. [CLM2] */
  readonly claim?: Timestamp;
}

export interface ProgressClearOp extends OpBase {
  readonly kind: 'progress.clear';
}

export type WatchlistOp = WatchlistAddOp | WatchlistRemoveOp;
export type ProgressOp = ProgressSetOp | ProgressClearOp;
/** One mutation of a user's watch state. */
export type Op = WatchlistOp | ProgressOp;
export type OpKind = Op['kind'];

export const OP_KINDS = [
  'watchlist.add',
  'watchlist.remove',
  'progress.set',
  'progress.clear',
] as const satisfies readonly OpKind[];

/** A push names at most this many tags in one remove. */
export const TAGS_PER_REMOVE_MAX = 1_000;

export type OpRejection =
  | 'clock_ahead'
  | 'stamp_reused'
  | 'tag_reused'
  | 'stale_op'
  | 'change_refused'
  | 'quota_exceeded';

/**
 * What became of one op.
 *
 * `applied` it is stored · `duplicate` this very op already was · `superseded` something greater is
 * stored, the winner is returned · `rejected` it is not stored and never will be, for the code's reason.
 */
export type OpResult =
  | { readonly result: 'applied' | 'duplicate' }
  | { readonly result: 'superseded'; readonly winner?: Op }
  | { readonly result: 'rejected'; readonly code: OpRejection };

export const APPLIED: OpResult = { result: 'applied' };
export const DUPLICATE: OpResult = { result: 'duplicate' };
