import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { CuepointError, type CuepointErrorOptions } from '../errors.ts';
import { findFaults } from '../find-faults.ts';
import { passedJsonBound, type JsonBounds } from '../json-bounds.ts';
import { toCuepointError } from '../schema-fault.ts';
import {
  MESSAGE_DEPTH_MAX,
  MESSAGE_FIELDS_MAX,
  MESSAGE_LENGTH_MAX,
  OPS_PER_PUSH_MAX,
} from './limits.ts';
import { UP_SCHEMAS, type UpMessage } from './messages.ts';
import { PROTOCOL_VERSION } from './version.ts';

const validatorsByType = new Map<
  string,
  { readonly schema: TSchema; readonly validator: Validator }
>(
  Object.entries(UP_SCHEMAS).map(([type, schema]) => [
    type,
    { schema, validator: Compile(schema) },
  ]),
);

/**
 * Reads what a client sent. It never throws, whatever the text: length, depth and fields are looked at before
 * the parser, the count of ops before its schema. The ops of a push are left for `readOp`, one by one. [SEC3]
 *
 * @returns the message, or what is wrong with it: `payload_too_large`, `limit_exceeded`,
 * `protocol_unsupported` or `invalid_*`.
 */
export function readUpMessage(text: string): UpMessage | CuepointError {
  const unread = refusalOfText(text);
  if (unread !== undefined) return unread;
  const value = parse(text);
  const type = typeOf(value);
  const known = type === undefined ? undefined : validatorsByType.get(type);
  if (known === undefined) {
    const types = Object.keys(UP_SCHEMAS).join(', ');
    return new CuepointError('invalid_request', `A message is an object of type ${types}.`, {
      field: 'type',
    });
  }
  const fields = value as TypedFields;
  if (isPushPastLimit(fields)) {
    return limitError(`A push has at most ${OPS_PER_PUSH_MAX} ops.`, {
      field: 'ops',
      limit: { name: 'opsPerPush', value: OPS_PER_PUSH_MAX },
    });
  }
  const { schema, validator } = known;
  if (validator.Check(value)) return value as UpMessage;
  return isHelloOfOtherVersion(fields)
    ? versionError()
    : toCuepointError(findFaults(schema, value), schema);
}

/** What a text is refused for before a parser sees it. */
function refusalOfText(text: string): CuepointError | undefined {
  if (text.length > MESSAGE_LENGTH_MAX) {
    return new CuepointError('payload_too_large', 'A message has at most 1 MiB.', {
      limit: { name: 'messageLength', value: MESSAGE_LENGTH_MAX },
    });
  }
  switch (passedJsonBound(text, BOUNDS)) {
    case 'depthMax':
      return limitError(`A message nests at most ${MESSAGE_DEPTH_MAX} deep.`, {
        limit: { name: 'messageDepth', value: MESSAGE_DEPTH_MAX },
      });
    case 'fieldsMax':
      return limitError(`A message has at most ${MESSAGE_FIELDS_MAX} fields.`, {
        limit: { name: 'messageFields', value: MESSAGE_FIELDS_MAX },
      });
    case undefined:
      return undefined;
  }
}

const BOUNDS: JsonBounds = { depthMax: MESSAGE_DEPTH_MAX, fieldsMax: MESSAGE_FIELDS_MAX };

interface TypedFields {
  readonly type: string;
  readonly protocol?: unknown;
  readonly ops?: unknown;
}

/** Known before a schema walks the ops. */
function isPushPastLimit({ type, ops }: TypedFields): boolean {
  return type === 'push' && Array.isArray(ops) && ops.length > OPS_PER_PUSH_MAX;
}

/** A later version may have fields that this one refuses: its client is to learn of the version, not of them. */
function isHelloOfOtherVersion({ type, protocol }: TypedFields): boolean {
  return type === 'hello' && Number.isInteger(protocol) && protocol !== PROTOCOL_VERSION;
}

function versionError(): CuepointError {
  return new CuepointError(
    'protocol_unsupported',
    `This service speaks version ${PROTOCOL_VERSION} of the protocol.`,
    { field: 'protocol' },
  );
}

function limitError(message: string, options: CuepointErrorOptions): CuepointError {
  return new CuepointError('limit_exceeded', message, options);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, 'type'))
    return undefined;
  const { type } = value as { readonly type: unknown };
  return typeof type === 'string' ? type : undefined;
}
