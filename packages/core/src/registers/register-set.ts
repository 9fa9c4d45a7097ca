import { equalJson, type JsonValue } from '../json-value.ts';
import { LWWRegister, type WriteOutcome } from '../lww-register.ts';
import type { RegisterSetOp } from '../op.ts';
import { stampOf, type Stamp } from '../stamp.ts';

/** What was said last of one key; `null` once cleared. [REG1] */
export type ValueRegister = LWWRegister<JsonValue | null>;

/** A user's registers in memory, by {@link registerId}. */
export type RegisterSet = Map<string, ValueRegister>;

/** Neither a kind nor a key holds a line break. */
export function registerId(kind: string, key: string): string {
  return `${kind}\n${key}`;
}

export function createValueRegister(value: JsonValue | null, stamp: Stamp): ValueRegister {
  return new LWWRegister(value, stamp, equalJson);
}

/** Folds one write in. [REG1] */
export function foldRegister(registers: RegisterSet, op: RegisterSetOp): WriteOutcome {
  const id = registerId(op.register, op.key);
  const register = registers.get(id);
  if (register !== undefined) return register.write(op.value, stampOf(op));
  registers.set(id, createValueRegister(op.value, stampOf(op)));
  return 'applied';
}
