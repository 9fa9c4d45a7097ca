import {
  compareStamps,
  equalJson,
  registerId,
  type OpResult,
  type RegisterSetOp,
} from '@cuepoint/core';
import { plainArray, textArray } from '../array-literal.ts';
import { registerOpOfRow, type SaidRow } from '../rows.ts';
import type { Lane, PendingRow, Written } from './lane.ts';
import { isOwnMark } from './own-mark.ts';
import { settleRegister } from './settle-register.ts';
import { readStored } from './read-stored.ts';
import { valuesStatements } from './values-statements.ts';

type RegisterRow = PendingRow<RegisterSetOp, OpResult>;

interface WrittenRow {
  readonly user_id: string;
  readonly kind: string;
  readonly key: string;
}

type StoredRow = SaidRow & { readonly user_id: string; readonly mark?: string };

/** Writes to registers of all kinds but progress; a row a kind and key. [REG1] */
export const registerLane: Lane<RegisterSetOp, OpResult> = {
  name: 'registers',
  order: 3,
  debounced: false,
  isCaughtUp: true,
  hasFloor: false,

  // The greater stamp wins; of equal stamps the first stays and the second hears what it met. [LWW1]
  fold: (first, second) => (compareStamps(first, second) >= 0 ? first : second),

  weigh: ({ key, deviceId, value }) =>
    300 + 2 * (key.length + deviceId.length) + JSON.stringify(value).length,

  statement: (rows, nowMs) => ({
    name: 'upsert-said',
    params: [
      plainArray(rows.map((row) => row.userId)),
      plainArray(rows.map((row) => row.value.register)),
      textArray(rows.map((row) => row.value.key)),
      textArray(rows.map((row) => valueOf(row.value))),
      plainArray(rows.map((row) => row.value.timestamp.physical)),
      plainArray(rows.map((row) => row.value.timestamp.logical)),
      plainArray(rows.map((row) => row.value.claim?.physical ?? null)),
      plainArray(rows.map((row) => row.value.claim?.logical ?? null)),
      plainArray(rows.map((row) => row.value.deviceId)),
      new Date(nowMs),
    ],
  }),

  valuesStatements: (rows, nowMs, markOf) =>
    valuesStatements(
      'upsert-said-values',
      rows.map(({ userId, value: op }) => [
        userId,
        op.register,
        op.key,
        valueOf(op),
        op.timestamp.physical,
        op.timestamp.logical,
        op.claim?.physical ?? null,
        op.claim?.logical ?? null,
        op.deviceId,
        // When it happened; a stamp that is ahead of the clock happened by now.
        new Date(Math.min(nowMs, op.timestamp.physical)),
        markOf(userId),
      ]),
    ),

  isRefused: ({ timestamp }, { erasedPhysical = -1 }) => timestamp.physical <= erasedPhysical,

  async settle(rows, written, reader) {
    const lost = lostRows(rows, written);
    if (lost.length === 0) {
      for (const row of rows) settleRegister(row, row.value, true, isSame);
      return;
    }
    const stored = await readStored<StoredRow>(reader, 'read-said', lost, written.dialect);
    const byKey = new Map(
      stored.map((row) => [`${row.user_id} ${registerId(row.kind, row.key)}`, row]),
    );
    const isLost = new Set(lost);
    for (const row of rows) {
      const found = byKey.get(`${row.userId} ${row.key}`);
      if (!isLost.has(row)) settleRegister(row, row.value, true, isSame);
      else {
        const winner = found === undefined ? undefined : registerOpOfRow(found);
        settleRegister(row, winner, isOwnMark(written, row.userId, found?.mark), isSame);
      }
    }
  },

  refuse({ submission }) {
    submission.settleRow({ result: 'rejected', code: 'change_refused' });
  },
};

/** As JSON; null, which is no JSON here, once cleared. */
function valueOf({ value }: RegisterSetOp): string | null {
  return value === null ? null : JSON.stringify(value);
}

function isSame(a: RegisterSetOp, b: RegisterSetOp): boolean {
  return equalJson(a.value, b.value);
}

/** Rows that met something greater, or may have: a batch in arrays knows only how many it wrote. */
function lostRows(
  rows: readonly RegisterRow[],
  { dialect, results }: Written,
): readonly RegisterRow[] {
  if (dialect.batch === 'unnest') {
    const [summary] = (results[0] ?? []) as readonly { readonly written: number }[];
    return summary?.written === rows.length ? [] : rows;
  }
  const written = new Set(
    (results.flat() as readonly WrittenRow[]).map(
      (row) => `${row.user_id} ${registerId(row.kind, row.key)}`,
    ),
  );
  return rows.filter(({ userId, key }) => !written.has(`${userId} ${key}`));
}
