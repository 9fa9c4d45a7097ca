import {
  CuepointError,
  isCuepointError,
  OPS_PER_PUSH_MAX,
  opKindOf,
  opToWire,
  readOp,
  type OpResult,
  type WireOpResult,
} from '@cuepoint/core';
import { submitStampedOp } from './submit-op.ts';
import type { WriteDeps } from './write-deps.ts';

/**
 * Persists what a device pushes, each op on its own: one bad op never blocks the others.
 *
 * All ops go in at once, in order, so that they share a commit.
 *
 * @param inputs what came in for `ops`, not validated.
 * @returns results in the order of the ops.
 * @throws CuepointError when the store could not answer for an op (`overloaded`, `outcome_unknown`,
 * `shutting_down`): the push is sent again as it is, since every op is idempotent.
 */
export async function pushOps(
  deps: WriteDeps,
  { userId, deviceId, origin }: { userId: string; deviceId: string; origin?: string },
  inputs: readonly unknown[],
): Promise<WireOpResult[]> {
  if (inputs.length > OPS_PER_PUSH_MAX) {
    throw new CuepointError('limit_exceeded', `A push has at most ${OPS_PER_PUSH_MAX} ops.`, {
      field: 'ops',
      limit: { name: 'opsPerPush', value: OPS_PER_PUSH_MAX },
    });
  }
  const options = origin === undefined ? undefined : { origin };
  const settled = await Promise.allSettled(
    inputs.map(async (input): Promise<WireOpResult> => {
      const op = readOp(input, deviceId);
      if (!isCuepointError(op))
        return toWireResult(await submitStampedOp(deps, userId, op, options));
      deps.countOp(opKindOf(input) ?? 'unknown', 'rejected');
      return rejectionOf(op);
    }),
  );
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

function rejectionOf({ code, field }: CuepointError): WireOpResult {
  return { result: 'rejected', code, ...(field === undefined ? {} : { field }) };
}

function toWireResult(result: OpResult): WireOpResult {
  if (result.result === 'rejected') return result;
  return result.result === 'superseded' && result.winner !== undefined
    ? { result: 'superseded', winner: opToWire(result.winner) }
    : { result: result.result };
}
