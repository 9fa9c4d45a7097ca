import type { TSchema } from 'typebox';
import { CuepointError, type ErrorCode } from './errors.ts';
import { codeOfField } from './wire-op.ts';

/** One thing that is wrong with a value, as `findFaults` or a compiled validator reports it. */
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
  return inside === '' ? shorten(named) : `${inside}/${shorten(named)}`;
}

function namesIn(keyword: string, params: object): readonly string[] | undefined {
  const { requiredProperties, additionalProperties } = params as {
    readonly requiredProperties?: readonly string[];
    readonly additionalProperties?: readonly string[];
  };
  if (keyword === 'required') return requiredProperties;
  return keyword === 'additionalProperties' ? additionalProperties : undefined;
}

/** A field that no schema knows may be named by a megabyte, which nobody wants back. */
function shorten(name: string): string {
  const [start = ''] = NAME_START.exec(name) ?? [];
  return start.length < name.length ? `${start}…` : name;
}

/** 64 code points: no pair is cut. */
const NAME_START = /^.{0,64}/su;

/** The outermost name that has a code: `tags/3` is a tag, `device/capabilities/canCast` a device. */
function codeOf(field: string | undefined): ErrorCode {
  for (const name of field?.split('/') ?? []) {
    const code = CODES_BY_NAME.get(name) ?? codeOfField(name);
    if (code !== 'invalid_request') return code;
  }
  return 'invalid_request';
}

const CODES_BY_NAME: ReadonlyMap<string, ErrorCode> = new Map([
  ['at', 'invalid_date'],
  ['cursor', 'invalid_cursor'],
  ['page', 'invalid_cursor'],
  ['to', 'invalid_device_id'],
  ['from', 'invalid_device_id'],
  ['deviceType', 'invalid_device'],
  ['platform', 'invalid_device'],
  ['appVersion', 'invalid_device'],
  ['deviceName', 'invalid_device'],
  ['capabilities', 'invalid_device'],
]);
