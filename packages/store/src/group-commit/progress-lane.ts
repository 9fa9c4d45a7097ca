import {
  APPLIED,
  compareStamps,
  DUPLICATE,
  equalPositions,
  type OpResult,
  type PlaybackPosition,
  type ProgressOp,
} from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import type { BoundStatement } from '../database.ts';
import { progressOpOfRow, positionOfOp, type RegisterRow } from '../rows.ts';
import type { Contribution, Lane, PendingRow } from './lane.ts';

type ProgressRow = PendingRow<ProgressOp, OpResult>;

interface UpsertResult {
  readonly written: number;
  readonly xid: string | null;
}

type StoredRegister = RegisterRow & { readonly user_id: string; readonly xid: string };

/**
 * Writes to progress registers.
 *
 * @param passive timer reports, which apply only over a register of the same device. They have a lane of
 * their own, in which each device has its own row: which of them applies is known only to the database,
 * so a report folds with reports of its own device and with nothing else.
 */
export function createProgressLane({
  passive,
}: {
  readonly passive: boolean;
}): Lane<ProgressOp, OpResult> {
  return {
    name: passive ? 'passive progress' : 'progress',
    order: passive ? 1 : 0,
    debounced: true,

    // The greater stamp wins; of equal stamps the first stays and the second hears what it met. [LWW1]
    fold: (first, second) => (compareStamps(first, second) >= 0 ? first : second),

    weigh: ({ contentId, deviceId }) => 300 + 2 * (contentId.length + deviceId.length),

    statement(rows, nowMs) {
      const [lone] = rows;
      if (lone !== undefined && rows.length === 1 && !passive) return loneStatement(lone, nowMs);
      return {
        name: passive ? 'upsert-progress-passive' : 'upsert-progress',
        params: [
          plainArray(rows.map((row) => row.userId)),
          textArray(rows.map((row) => row.value.contentId)),
          plainArray(rows.map(({ value }) => positionOf(value).positionSeconds)),
          plainArray(rows.map(({ value }) => positionOf(value).durationSeconds)),
          plainArray(rows.map(({ value }) => positionOf(value).state)),
          plainArray(rows.map((row) => row.value.timestamp.physical)),
          plainArray(rows.map((row) => row.value.timestamp.logical)),
          plainArray(rows.map((row) => row.value.deviceId)),
          plainArray(rows.map((row) => row.value.kind === 'progress.clear')),
          new Date(nowMs),
        ],
      };
    },

    async settle(rows, result, reader) {
      const [{ written, xid } = { written: 0, xid: null }] = result as UpsertResult[];
      if (written === rows.length) {
        for (const row of rows) settleRow(row, row.value, true, passive);
        return;
      }
      const { rows: stored } = await reader.query<StoredRegister>('read-registers', [
        plainArray(rows.map((row) => row.userId)),
        textArray(rows.map((row) => row.value.contentId)),
      ]);
      const byRegister = new Map(stored.map((row) => [`${row.user_id} ${row.content_id}`, row]));
      for (const row of rows) {
        const found = byRegister.get(`${row.userId} ${row.value.contentId}`);
        const winner = found === undefined ? undefined : progressOpOfRow(found);
        settleRow(row, winner, xid !== null && found?.xid === xid, passive);
      }
    },

    refuse({ submission }) {
      submission.settleRow({ result: 'rejected', code: 'change_refused' });
    },
  };
}

/**
 * The key of a timer's report: reports of two devices never fold. [GC3]
 *
 * No content id holds a control character, so rows sorted by this key are sorted by content id too, which is
 * the order in which the other writers lock registers. [SQL4]
 */
export function passiveKeyOf({ contentId, deviceId }: ProgressOp): string {
  return `${contentId}\u0000${deviceId}`;
}

/** A batch of one has a statement of its own: see there. */
function loneStatement({ userId, value }: ProgressRow, nowMs: number): BoundStatement {
  const { positionSeconds, durationSeconds, state } = positionOf(value);
  return {
    name: 'upsert-progress-one',
    params: [
      userId,
      value.contentId,
      positionSeconds,
      durationSeconds,
      state,
      value.timestamp.physical,
      value.timestamp.logical,
      value.deviceId,
      value.kind === 'progress.clear',
      new Date(nowMs),
    ],
  };
}

/** What the columns of a cleared register hold. */
const CLEARED: PlaybackPosition = { positionSeconds: 0, durationSeconds: 0, state: 'stopped' };

function positionOf(op: ProgressOp): PlaybackPosition {
  return positionOfOp(op) ?? CLEARED;
}

function settleRow(
  row: ProgressRow,
  winner: ProgressOp | undefined,
  written: boolean,
  passive: boolean,
): void {
  // Of equal writes in one batch the first is the one that was applied.
  let applied = !written;
  for (const contribution of row.contributions) {
    const outcome = outcomeAgainst(contribution, winner, passive);
    contribution.submission.settleRow(outcome === DUPLICATE && !applied ? APPLIED : outcome);
    applied ||= outcome === DUPLICATE;
  }
}

function outcomeAgainst(
  { value: op }: Contribution<ProgressOp, OpResult>,
  winner: ProgressOp | undefined,
  passive: boolean,
): OpResult {
  // Nothing is stored although this was written: an erasure is in force for its stamp.
  if (winner === undefined) return { result: 'rejected', code: 'stale_op' };
  const order = compareStamps(op, winner);
  if (order < 0 || (order > 0 && passive)) return { result: 'superseded', winner };
  if (order > 0) return { result: 'rejected', code: 'stale_op' };
  return equalPositions(positionOfOp(op), positionOfOp(winner))
    ? DUPLICATE
    : { result: 'rejected', code: 'stamp_reused' };
}
