import { CuepointError } from '../errors.ts';

/** Bytes of a value as JSON in UTF-8. [REG2] */
export const REGISTER_VALUE_BYTES_MAX = 4_096;
/** Nesting of objects and arrays in a value. [REG2] */
export const REGISTER_VALUE_DEPTH_MAX = 8;

/**
 * Whether a value can be stored and told as it is: JSON within its bounds, without what PostgreSQL cannot hold in it.
 * The work is bounded by the bounds, whatever the value holds. [SEC3]
 *
 * @returns the refusal, `invalid_register_value`; undefined where it can.
 */
export function refusalOfValue(value: unknown): CuepointError | undefined {
  return refusalOf(value, { bytes: 0 }, 1);
}

interface Size {
  bytes: number;
}

function refusalOf(part: unknown, size: Size, depth: number): CuepointError | undefined {
  if (typeof part === 'string') return refusalOfText(part, size);
  if (typeof part === 'number') {
    if (!Number.isFinite(part)) return refused('is not JSON');
    return grown(size, decimalLengthOf(part));
  }
  if (part === null || typeof part === 'boolean') return grown(size, 5);
  if (typeof part !== 'object') return refused('is not JSON');
  if (depth > REGISTER_VALUE_DEPTH_MAX) return tooDeep();
  const isList = Array.isArray(part);
  if (!isList && !isPlain(part)) return refused('is not JSON');
  // Its brackets; each item adds a comma, and each name a colon.
  grown(size, 2);
  for (const name of isList ? part.keys() : Object.keys(part)) {
    const refusal =
      (typeof name === 'number' ? grown(size, 1) : refusalOfName(name, size)) ??
      refusalOf((part as Record<string, unknown>)[name], size, depth + 1);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

function refusalOfName(name: string, size: Size): CuepointError | undefined {
  // Whoever copies such an object by assignment loses the field, or worse.
  if (name === '__proto__') return refused('has a field named __proto__');
  return grown(size, 2) ?? refusalOfText(name, size);
}

/** Halves of a pair. With `u` whole pairs are one sign. */
const LONE_SURROGATE = /[\ud800-\udfff]/u;

function refusalOfText(text: string, size: Size): CuepointError | undefined {
  if (text.length > REGISTER_VALUE_BYTES_MAX) return tooLarge();
  if (text.includes('\0') || LONE_SURROGATE.test(text)) {
    return refused('holds a NUL or half of a surrogate pair');
  }
  return grown(size, utf8LengthOf(JSON.stringify(text)));
}

function grown(size: Size, bytes: number): CuepointError | undefined {
  size.bytes += bytes;
  return size.bytes > REGISTER_VALUE_BYTES_MAX ? tooLarge() : undefined;
}

/** Of a text without halves of pairs. */
function utf8LengthOf(text: string): number {
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    // Each half of a pair is half of four bytes.
    bytes += unit < 0x80 ? 1 : unit < 0x800 || (unit >= 0xd800 && unit < 0xe000) ? 2 : 3;
  }
  return bytes;
}

/** As PostgreSQL keeps and tells it: 1e300 has three hundred zeros there. */
function decimalLengthOf(value: number): number {
  const text = String(value);
  const exponent = /e[+-]([0-9]+)$/.exec(text)?.[1];
  return text.length + Number(exponent ?? 0);
}

function isPlain(value: object): boolean {
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function refused(what: string): CuepointError {
  return new CuepointError('invalid_register_value', `The value ${what}.`, { field: 'value' });
}

function tooDeep(): CuepointError {
  return new CuepointError(
    'invalid_register_value',
    `A value nests at most ${REGISTER_VALUE_DEPTH_MAX} deep.`,
    { field: 'value', limit: { name: 'registerValueDepth', value: REGISTER_VALUE_DEPTH_MAX } },
  );
}

function tooLarge(): CuepointError {
  return new CuepointError(
    'invalid_register_value',
    `A value has at most ${REGISTER_VALUE_BYTES_MAX} bytes of JSON.`,
    { field: 'value', limit: { name: 'registerValueBytes', value: REGISTER_VALUE_BYTES_MAX } },
  );
}
