import {
  CuepointError,
  isCuepointError,
  OP_KINDS,
  opToWire,
  wireOpSchemaOf,
  wireToOp,
  type ErrorCode,
  type Op,
  type OpKind,
  type OpResult,
  type WireOp,
} from '@cuepoint/core';
import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { toCuepointError } from '../http/validation.ts';
import { OPS_PER_PUSH_MAX } from '../limits.ts';
import { submitStampedOp } from './submit-op.ts';
import type { WriteDeps } from './write-deps.ts';

/** An op's result as it travels. */
export interface WireOpResult {
  readonly result: OpResult['result'];
  readonly code?: ErrorCode;
  readonly field?: string;
  readonly winner?: WireOp;
}

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
  { userId, deviceId }: { userId: string; deviceId: string },
  inputs: readonly unknown[],
): Promise<WireOpResult[]> {
  if (inputs.length > OPS_PER_PUSH_MAX) {
    throw new CuepointError('limit_exceeded', `A push has at most ${OPS_PER_PUSH_MAX} ops.`, {
      field: 'ops',
      limit: { name: 'opsPerPush', value: OPS_PER_PUSH_MAX },
    });
  }
  const settled = await Promise.allSettled(
    inputs.map(async (input): Promise<WireOpResult> => {
      const op = readOp(input, deviceId);
      if (!isCuepointError(op)) return toWireResult(await submitStampedOp(deps, userId, op));
      deps.countOp(kindOf(input) ?? 'unknown', 'rejected');
      return rejectionOf(op);
    }),
  );
  return settled.map((outcome) => {
    if (outcome.status === 'rejected') throw outcome.reason;
    return outcome.value;
  });
}

const validatorsByKind = new Map<
  OpKind,
  { readonly schema: TSchema; readonly validator: Validator }
>();
for (const kind of OP_KINDS) {
  const schema = wireOpSchemaOf(kind);
  if (schema !== undefined) validatorsByKind.set(kind, { schema, validator: Compile(schema) });
}

/** The op, or why it is not one. */
export function readOp(input: unknown, deviceId: string): Op | CuepointError {
  const kind = kindOf(input);
  const known = kind === undefined ? undefined : validatorsByKind.get(kind);
  if (known === undefined) {
    return new CuepointError('invalid_request', `A kind is one of ${OP_KINDS.join(', ')}.`, {
      field: 'kind',
    });
  }
  const { schema, validator } = known;
  if (!validator.Check(input)) return toCuepointError(validator.Errors(input), schema);
  try {
    return wireToOp(input as WireOp, deviceId);
  } catch (error) {
    if (isCuepointError(error)) return error;
    throw error;
  }
}

function kindOf(input: unknown): OpKind | undefined {
  const kind = (input as { kind?: unknown } | null | undefined)?.kind;
  return OP_KINDS.find((known) => known === kind);
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
