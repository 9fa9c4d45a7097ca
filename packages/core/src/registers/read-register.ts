import { Compile, type Validator } from 'typebox/compile';
import { faultOfFacts, type ContentFacts } from '../content-facts.ts';
import { invalidDate, readDate } from '../dates.ts';
import { CuepointError } from '../errors.ts';
import { findFaults } from '../find-faults.ts';
import { isContentId, isDeviceId } from '../ids.ts';
import type { JsonValue } from '../json-value.ts';
import type { RegisterSetOp } from '../op.ts';
import {
  REGISTER_KINDS,
  registerKindOf,
  type RegisterKeyForm,
  type RegisterKind,
} from './kinds.ts';
import { refusalOfValue } from './value-bounds.ts';

/**
 * The op with its value in the form that is stored: dates in UTC. [REG2] [PLY2]
 *
 * @throws CuepointError `invalid_register` for a kind that there is not, `invalid_register_key`,
 * `invalid_register_value` with the field in the value, `invalid_date`
 */
export function requireRegister(op: RegisterSetOp): RegisterSetOp {
  const kind = requireRegisterKey(op.register, op.key);
  if (op.value === null) return op;
  const refusal = refusalOfValue(op.value);
  if (refusal !== undefined) throw refusal;
  requireForm(kind, op);
  const value = withDates(kind, op.value);
  return value === op.value ? op : { ...op, value };
}

/**
 * What a register of this kind and key is: a read asks for no other either.
 *
 * @throws CuepointError `invalid_register`, `invalid_register_key`
 */
export function requireRegisterKey(register: unknown, key: unknown): RegisterKind {
  const kind = requireRegisterKind(register);
  requireKey(kind.key, key);
  return kind;
}

/** @throws CuepointError `invalid_register` */
export function requireRegisterKind(register: unknown): RegisterKind {
  const kind = typeof register === 'string' ? registerKindOf(register) : undefined;
  if (kind === undefined) {
    throw new CuepointError(
      'invalid_register',
      `A register is one of ${Object.keys(REGISTER_KINDS).join(', ')}, or an app's own that begins with x-.`,
      { field: 'register' },
    );
  }
  return kind;
}

const KEY_FORMS: Readonly<Record<RegisterKeyForm, string>> = {
  content: 'the id of a content',
  group: 'the id of a series, or of a content without one',
  place: 'the id of a device, a slash, the id of a content',
  free: 'a text like a content id',
};

function requireKey(form: RegisterKeyForm, key: unknown): void {
  if (form === 'place' ? isPlaceKey(key) : isContentId(key)) return;
  throw new CuepointError('invalid_register_key', `The key is ${KEY_FORMS[form]}.`, {
    field: 'key',
  });
}

function isPlaceKey(key: unknown): boolean {
  if (typeof key !== 'string') return false;
  const slash = key.indexOf('/');
  return slash > 0 && isDeviceId(key.slice(0, slash)) && isContentId(key.slice(slash + 1));
}

const validators = new Map<RegisterKind, Validator>();

function validatorOf(kind: RegisterKind): Validator {
  const known = validators.get(kind);
  if (known !== undefined) return known;
  const compiled = Compile(kind.value);
  validators.set(kind, compiled);
  return compiled;
}

function requireForm(kind: RegisterKind, { register, key, value }: RegisterSetOp): void {
  if (validatorOf(kind).Check(value)) {
    if (register !== 'content') return;
    const wrong = faultOfFacts(key, value as ContentFacts);
    if (wrong === undefined) return;
    if (kind.dates?.includes(wrong) === true) throw invalidDate(`value/${wrong}`);
    throw invalidValue('A series is in no series.', `value/${wrong}`);
  }
  const [fault] = findFaults(kind.value, value);
  const { requiredProperties = [] } = (fault?.params ?? {}) as {
    readonly requiredProperties?: readonly string[];
  };
  const field = [
    'value',
    ...(fault?.instancePath.split('/').slice(1) ?? []),
    ...requiredProperties,
  ];
  const path = field.join('/');
  if (kind.dates?.includes(field[1] ?? '') === true && requiredProperties.length === 0) {
    throw invalidDate(path);
  }
  throw invalidValue(`The value of ${register} ${fault?.message ?? 'does not fit'}.`, path);
}

function withDates(kind: RegisterKind, value: JsonValue): JsonValue {
  const dated: Record<string, JsonValue> = {};
  for (const name of kind.dates ?? []) {
    const text = (value as Readonly<Record<string, JsonValue>>)[name];
    if (typeof text !== 'string') continue;
    const date = readDate(text);
    if (date === undefined) throw invalidDate(`value/${name}`);
    if (date !== text) dated[name] = date;
  }
  return Object.keys(dated).length === 0 ? value : { ...(value as object), ...dated };
}

function invalidValue(message: string, field: string): CuepointError {
  return new CuepointError('invalid_register_value', message, { field });
}
