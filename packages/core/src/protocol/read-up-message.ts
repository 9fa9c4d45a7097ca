import type { TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import { CuepointError } from '../errors.ts';
import { isDeeperThan } from '../json-depth.ts';
import { toCuepointError } from '../schema-fault.ts';
import { MESSAGE_DEPTH_MAX, MESSAGE_LENGTH_MAX } from './limits.ts';
import { UP_SCHEMAS, type UpMessage } from './messages.ts';

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
 * Reads what a client sent. It never throws, whatever the text: length and depth are looked at before the
 * parser, counts by the schemas. The ops of a push are left for `readOp`, one by one.
 *
 * @returns the message, or what is wrong with it: `payload_too_large`, `limit_exceeded` or `invalid_*`.
 */
export function readUpMessage(text: string): UpMessage | CuepointError {
  if (text.length > MESSAGE_LENGTH_MAX) {
    return new CuepointError('payload_too_large', 'A message has at most 1 MiB.', {
      limit: { name: 'messageLength', value: MESSAGE_LENGTH_MAX },
    });
  }
  if (isDeeperThan(text, MESSAGE_DEPTH_MAX)) {
    return new CuepointError(
      'limit_exceeded',
      `A message nests at most ${MESSAGE_DEPTH_MAX} deep.`,
      {
        limit: { name: 'messageDepth', value: MESSAGE_DEPTH_MAX },
      },
    );
  }
  const value = parse(text);
  const known = validatorsByType.get(typeOf(value) ?? '');
  if (known === undefined) {
    const types = Object.keys(UP_SCHEMAS).join(', ');
    return new CuepointError('invalid_request', `A message is an object of type ${types}.`, {
      field: 'type',
    });
  }
  const { schema, validator } = known;
  return validator.Check(value)
    ? (value as UpMessage)
    : toCuepointError(validator.Errors(value), schema);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function typeOf(value: unknown): string | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  return typeof value.type === 'string' ? value.type : undefined;
}
