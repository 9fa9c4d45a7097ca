import {
  compareStamps,
  equalPositions,
  type OpResult,
  type PlaybackPosition,
  type ProgressOp,
  type Timestamp,
} from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import { progressOpOfRow, positionOfOp, type RegisterRow } from '../rows.ts';
import type { Lane, PendingRow, Written } from './lane.ts';
import { isOwnMark } from './own-mark.ts';
import { readStored } from './read-stored.ts';
import { settleRegister } from './settle-register.ts';
import { valuesStatements } from './values-statements.ts';

type ProgressRow = PendingRow<ProgressOp, OpResult>;

interface UpsertResult {
  readonly written: number;
}

interface WrittenRow {
  readonly user_id: string;
  readonly content_id: string;
  readonly device_id: string;
}

type StoredRegister = RegisterRow & { readonly user_id: string; readonly mark?: string };

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
    isCaughtUp: true,
    hasFloor: false,

    // The greater stamp wins; of equal stamps the first stays and the second hears what it met. [LWW1]
    fold: (first, second) => (compareStamps(first, second) >= 0 ? first : second),

    weigh: ({ contentId, deviceId }) => 300 + 2 * (contentId.length + deviceId.length),

    statement(rows, nowMs) {
      const [lone] = rows;
      if (lone !== undefined && rows.length === 1 && !passive) {
        return { name: 'upsert-progress-one', params: paramsOf(lone, nowMs) };
      }
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
          plainArray(rows.map(({ value }) => claimIn(value)?.physical ?? null)),
          plainArray(rows.map(({ value }) => claimIn(value)?.logical ?? null)),
          plainArray(rows.map((row) => row.value.deviceId)),
          plainArray(rows.map((row) => row.value.kind === 'progress.clear')),
          new Date(nowMs),
        ],
      };
    },

    valuesStatements(rows, nowMs, markOf) {
      const name = passive ? 'upsert-progress-passive-values' : 'upsert-progress-values';
      const toParams = (row: ProgressRow) => [...paramsOf(row, nowMs), markOf(row.userId)];
      const waves = passive ? toWaves(rows) : [rows];
      return waves.flatMap((wave) => valuesStatements(name, wave.map(toParams)));
    },

    isRefused: ({ timestamp }, { erasedPhysical = -1 }) => timestamp.physical <= erasedPhysical,

    async settle(rows, written, reader) {
      const lost = lostRows(rows, written);
      if (lost.length === 0) {
        for (const row of rows) settleRegister(row, row.value, true, isSame, passive);
        return;
      }
      const keys = lost.map(({ userId, value }) => ({ userId, key: value.contentId }));
      const stored = await readStored<StoredRegister>(
        reader,
        'read-registers',
        keys,
        written.dialect,
      );
      const byRegister = new Map(stored.map((row) => [`${row.user_id} ${row.content_id}`, row]));
      const isLost = new Set(lost);
      for (const row of rows) {
        if (!isLost.has(row)) {
          settleRegister(row, row.value, true, isSame, passive);
          continue;
        }
        const found = byRegister.get(`${row.userId} ${row.value.contentId}`);
        const winner = found === undefined ? undefined : progressOpOfRow(found);
        const isOwn = isOwnMark(written, row.userId, found?.mark);
        settleRegister(row, winner, isOwn, isSame, passive);
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

/** One register's parameters, as a batch of one and each row of a list of values take them. */
function paramsOf({ userId, value }: ProgressRow, nowMs: number): readonly unknown[] {
  const { positionSeconds, durationSeconds, state } = positionOf(value);
  return [
    userId,
    value.contentId,
    positionSeconds,
    durationSeconds,
    state,
    value.timestamp.physical,
    value.timestamp.logical,
    claimIn(value)?.physical ?? null,
    claimIn(value)?.logical ?? null,
    value.deviceId,
    value.kind === 'progress.clear',
    // When it happened; a stamp that is ahead of the clock happened by now.
    new Date(Math.min(nowMs, value.timestamp.physical)),
  ];
}

/**
 * Reports such that none of them meets a register twice: the greatest of each register, then the next ones.
 * Of a register's reports at most the stored device's applies, and the greatest where nothing is stored.
 */
function toWaves(rows: readonly ProgressRow[]): readonly (readonly ProgressRow[])[] {
  const waves: ProgressRow[][] = [];
  let reports: ProgressRow[] = [];
  const spread = () => {
    reports.sort((a, b) => compareStamps(b.value, a.value));
    for (const [index, report] of reports.entries()) (waves[index] ??= []).push(report);
    reports = [];
  };
  for (const row of rows) {
    const [other] = reports;
    if (other?.userId !== row.userId || other.value.contentId !== row.value.contentId) spread();
    reports.push(row);
  }
  spread();
  return waves;
}

/** Rows that met something greater, or may have: a batch in arrays knows only how many it wrote. */
function lostRows(
  rows: readonly ProgressRow[],
  { dialect, results }: Written,
): readonly ProgressRow[] {
  if (dialect.batch === 'unnest') {
    const [summary] = (results[0] ?? []) as readonly UpsertResult[];
    return summary?.written === rows.length ? [] : rows;
  }
  const written = new Set(
    (results.flat() as readonly WrittenRow[]).map(
      (row) => `${row.user_id} ${row.content_id} ${row.device_id}`,
    ),
  );
  return rows.filter(
    ({ userId, value }) => !written.has(`${userId} ${value.contentId} ${value.deviceId}`),
  );
}

/** A clear is always an act. [CLM2] */
function claimIn(op: ProgressOp): Timestamp | undefined {
  return op.kind === 'progress.set' ? op.claim : undefined;
}

/** What the columns of a cleared register hold. */
const CLEARED: PlaybackPosition = { positionSeconds: 0, durationSeconds: 0, state: 'stopped' };

function positionOf(op: ProgressOp): PlaybackPosition {
  return positionOfOp(op) ?? CLEARED;
}

function isSame(a: ProgressOp, b: ProgressOp): boolean {
  return equalPositions(positionOfOp(a), positionOfOp(b));
}
