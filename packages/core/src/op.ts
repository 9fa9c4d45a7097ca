import type { JsonValue } from './json-value.ts';
import type { PlaybackState } from './playback-position.ts';
import type { Timestamp } from './timestamp.ts';

interface OpBase {
  readonly timestamp: Timestamp;
  /** Who wrote. On the wire an op that a client pushes leaves it out: its session names the device. */
  readonly deviceId: string;
}

interface ContentOpBase extends OpBase {
  readonly contentId: string;
}

/** Of an op that names no content. */
export interface NoContent {
  readonly contentId?: undefined;
}

export interface WatchlistAddOp extends ContentOpBase {
  readonly kind: 'watchlist.add';
  /** UUID, lower case, minted for this add alone. [ORS1] */
  readonly tag: string;
}

export interface WatchlistRemoveOp extends ContentOpBase {
  readonly kind: 'watchlist.remove';
  /** The tags that the remover has seen, at least one. [ORS2] */
  readonly tags: readonly string[];
}

export interface ProgressSetOp extends ContentOpBase {
  readonly kind: 'progress.set';
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: PlaybackState;
  /** As in a stamp: the act that this report continues; left out for an act. [CLM2] */
  readonly claim?: Timestamp;
}

export interface ProgressClearOp extends ContentOpBase {
  readonly kind: 'progress.clear';
}

/** Sets one register of a user, or clears it. [REG1] */
export interface RegisterSetOp extends OpBase, NoContent {
  readonly kind: 'register.set';
  /** Its kind: one of `REGISTER_KINDS`, or an app's own that begins with `x-`. [REG2] */
  readonly register: string;
  /** What it is said of: a content, a group, a place or, for kinds without a form, any text like a content id. */
  readonly key: string;
  /** At most 4,096 bytes of JSON and 8 levels deep; `null` clears. */
  readonly value: JsonValue | null;
  /** The last thing that a person did of which this is a report; left out for an act. */
  readonly claim?: Timestamp;
}

/** Adds one play to the history. [PLY1] */
export interface PlayAddOp extends ContentOpBase {
  readonly kind: 'play.add';
  /** UUID, lower case: of the content and the playback where the writer has an id of it, so that a retry is no second play. */
  readonly playId: string;
  /** When it began: an instant in UTC, or a day without a time; left out where nobody knows. As `readDate` gives it. [PLY2] */
  readonly watchedAt?: string;
  /** Who said so: a program or a service. 1 to 64 code points. */
  readonly source?: string;
  readonly claim?: Timestamp;
}

export interface PlayRemoveOp extends OpBase, NoContent {
  readonly kind: 'play.remove';
  /** At least one. */
  readonly playIds: readonly string[];
}

export type WatchlistOp = WatchlistAddOp | WatchlistRemoveOp;
export type ProgressOp = ProgressSetOp | ProgressClearOp;
export type PlayOp = PlayAddOp | PlayRemoveOp;
/** One mutation of a user's watch state. */
export type Op = WatchlistOp | ProgressOp | RegisterSetOp | PlayOp;
export type OpKind = Op['kind'];

export const OP_KINDS = [
  'watchlist.add',
  'watchlist.remove',
  'progress.set',
  'progress.clear',
  'register.set',
  'play.add',
  'play.remove',
] as const satisfies readonly OpKind[];

/** A push names at most this many tags in one remove, or this many plays. */
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
