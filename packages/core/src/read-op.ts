import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { CuepointError, isCuepointError } from './errors.ts';
import { findFaults } from './find-faults.ts';
import { OP_KINDS, type Op, type OpKind } from './op.ts';
import { wholePosition } from './playback-position.ts';
import { requirePlay } from './plays.ts';
import { requireRegister } from './registers/index.ts';
import { toCuepointError } from './schema-fault.ts';
import { wireToOp } from './wire-conversion.ts';
import { wireOpSchemaOf, type WireOp } from './wire-op.ts';

const validatorsByKind = new Map<
  OpKind,
  { readonly schema: TSchema; readonly validator: Validator }
>();
for (const kind of OP_KINDS) {
  const schema = wireOpSchemaOf(kind);
  if (schema !== undefined) validatorsByKind.set(kind, { schema, validator: Compile(schema) });
}

/** The op, or why it is not one. It never throws, whatever the input; its work is bounded by the schema. [SEC3] */
export function readOp(input: unknown, deviceId: string): Op | CuepointError {
  const kind = opKindOf(input);
  const known = kind === undefined ? undefined : validatorsByKind.get(kind);
  if (known === undefined) {
    return new CuepointError('invalid_request', `A kind is one of ${OP_KINDS.join(', ')}.`, {
      field: 'kind',
    });
  }
  const { schema, validator } = known;
  if (!validator.Check(input)) return toCuepointError(findFaults(schema, input), schema);
  try {
    return normalOf(wireToOp(input as WireOp, deviceId));
  } catch (error) {
    if (isCuepointError(error)) return error;
    throw error;
  }
}

/** In the form that is stored. @throws CuepointError for what a pattern alone does not tell. */
function normalOf(op: Op): Op {
  if (op.kind === 'progress.set') return { ...op, ...wholePosition(op) };
  if (op.kind === 'register.set') return requireRegister(op);
  return op.kind === 'play.add' ? requirePlay(op) : op;
}

/** `undefined` for any kind that there is not. */
export function opKindOf(input: unknown): OpKind | undefined {
  const kind = (input as { kind?: unknown } | null | undefined)?.kind;
  return OP_KINDS.find((known) => known === kind);
}
