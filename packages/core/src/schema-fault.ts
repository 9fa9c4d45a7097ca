import type { TSchema } from 'typebox';
import { CuepointError, type ErrorCode } from './errors.ts';
import { codeOfField } from './wire-op.ts';

/** One thing that a schema found wrong, as a compiled validator reports it. */
export interface SchemaFault {
  readonly keyword: string;
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/**
 * The fault of an input as the stable code of its field.
 *
 * @param schema that was broken: its descriptions say what is expected.
 */
export function toCuepointError(faults: readonly SchemaFault[], schema?: TSchema): CuepointError {
  // A wrong value says more than the field beside it that is missing or not known.
  const fault =
    faults.find(({ keyword }) => !STRUCTURAL.has(keyword)) ??
    faults.find(({ keyword }) => keyword !== 'boolean') ??
    faults[0];
  if (fault === undefined) return new CuepointError('invalid_request', 'The request is not valid.');
  const field = fieldOf(fault);
  const message = `${field ?? 'The body'} ${sayingOf(fault, schema)}`;
  return new CuepointError(codeOf(field), message, field === undefined ? {} : { field });
}

/** For people: what is expected, not the regular expression that checks it. */
function sayingOf({ keyword, schemaPath, message }: SchemaFault, schema?: TSchema): string {
  if (keyword === 'required') return 'is missing.';
  if (keyword === 'additionalProperties' || keyword === 'boolean') return 'is not a known field.';
  const description = keyword === 'pattern' ? descriptionAt(schema, schemaPath) : undefined;
  return description === undefined ? `${message}.` : `does not fit: ${description}`;
}

function descriptionAt(schema: TSchema | undefined, schemaPath: string): string | undefined {
  let found: unknown = schema;
  for (const step of schemaPath.split('/').slice(1)) {
    if (step === 'pattern') break;
    if (typeof found !== 'object' || found === null) return undefined;
    found = (found as Readonly<Record<string, unknown>>)[step];
  }
  const { description } = (found ?? {}) as { readonly description?: unknown };
  return typeof description === 'string' ? description : undefined;
}

const STRUCTURAL = new Set(['required', 'additionalProperties', 'boolean', 'anyOf']);

function fieldOf({ keyword, instancePath, params }: SchemaFault): string | undefined {
  const inside = instancePath.slice(1);
  const named = namesIn(keyword, params)?.[0];
  if (named === undefined) return inside === '' ? undefined : inside;
  return inside === '' ? named : `${inside}/${named}`;
}

function namesIn(keyword: string, params: object): readonly string[] | undefined {
  const { requiredProperties, additionalProperties } = params as {
    readonly requiredProperties?: readonly string[];
    readonly additionalProperties?: readonly string[];
  };
  if (keyword === 'required') return requiredProperties;
  return keyword === 'additionalProperties' ? additionalProperties : undefined;
}

/** `tags/3` is judged as `tags`, `capabilities/canCast` as a device. */
function codeOf(field: string | undefined): ErrorCode {
  const outer = field?.split('/')[0];
  if (outer === 'cursor' || outer === 'page') return 'invalid_cursor';
  return outer !== undefined && DEVICE_FIELDS.has(outer) ? 'invalid_device' : codeOfField(outer);
}

const DEVICE_FIELDS = new Set([
  'deviceType',
  'platform',
  'appVersion',
  'deviceName',
  'capabilities',
]);
