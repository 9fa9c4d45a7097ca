import {
  requireRegister,
  type JsonValue,
  type OpResult,
  type RegisterSetOp,
  type Timestamp,
} from '@cuepoint/core';
import { requireRate, type UserRates } from '../service/user-rates.ts';
import { GROUP_KINDS, readMeant } from './read-meant.ts';
import { submitUnstamped } from './submit-unstamped.ts';
import type { WriteDeps } from './write-deps.ts';

export interface RegisterDeps extends WriteDeps {
  readonly rates: Pick<UserRates, 'rows'>;
}

export interface RegisterWrite {
  readonly userId: string;
  readonly deviceId: string;
  readonly kind: string;
  readonly key: string;
  /** `null` clears. */
  readonly value: JsonValue | null;
}

export interface RegisterWriteOutcome {
  readonly result: Exclude<OpResult['result'], 'rejected'>;
  /** What was written; undefined where there was nothing to clear. */
  readonly written?: RegisterSetOp;
}

const NO_TIME: Timestamp = { physical: 0, logical: 0 };

/**
 * Sets a register as an act of now, past what the person did with what it is of, under any of its names. The same value again
 * is an act too: what was dismissed, engaged with and dismissed again is dismissed. [CW4]
 *
 * @throws CuepointError `invalid_register`, `invalid_register_key`, `invalid_register_value`, `invalid_date`
 */
export async function setRegister(
  deps: RegisterDeps,
  { userId, deviceId, kind, key, value }: RegisterWrite,
): Promise<RegisterWriteOutcome> {
  const op = requireRegister({
    kind: 'register.set',
    register: kind,
    key,
    value,
    timestamp: NO_TIME,
    deviceId,
  });
  const { rows } = deps.rates;
  if (GROUP_KINDS.includes(kind)) requireRate(rows.check(userId));
  const submitted = await submitUnstamped<RegisterSetOp, RegisterWriteOutcome>(
    deps,
    { userId, arrivedMs: deps.now() },
    async () => {
      const stored = await deps.repository.readRegister(userId, kind, key);
      const meant = await readMeant(deps.repository, userId, kind, key);
      rows.add(userId, meant.rows);
      const isSaid = meant.isSaid || (stored !== undefined && stored.value !== null);
      if (value === null && !isSaid) {
        return { answer: { result: 'duplicate' } };
      }
      const { floor } = await deps.repository.readHeights(userId, []);
      return {
        floors: [stored?.stamp.timestamp, floor, ...meant.claims],
        toOp: (timestamp) => ({ ...op, timestamp }),
      };
    },
  );
  if ('answer' in submitted) return submitted.answer;
  return { result: submitted.result.result, written: submitted.op };
}
