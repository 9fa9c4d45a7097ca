import { codeOfField, CuepointError, type ErrorCode } from '@cuepoint/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';

interface SchemaFault {
  readonly keyword: string;
  readonly instancePath: string;
  readonly message: string;
  readonly params: object;
}

/**
 * Validates what came in by the schema that documents it.
 *
 * Only the query is converted, since it is text: `"5"` in a body is not 5, and a path is what it says.
 */
export const compileValidator: FastifySchemaCompiler<TSchema> = ({ schema, httpPart }) => {
  const validator = Compile(schema);
  return (input: unknown) => {
    // An absent body is an empty one: every field that it may hold is optional, or is reported.
    const given = httpPart === 'body' && (input === undefined || input === null) ? {} : input;
    const value: unknown = httpPart === 'querystring' ? Value.Convert(schema, given) : given;
    return validator.Check(value) ? { value } : { error: toCuepointError(validator.Errors(value)) };
  };
};

/** The fault of an input as the stable code of its field. */
export function toCuepointError(faults: readonly SchemaFault[]): CuepointError {
  // A wrong value says more than the field beside it that is missing or not known.
  const fault =
    faults.find(({ keyword }) => !STRUCTURAL.has(keyword)) ??
    faults.find(({ keyword }) => keyword !== 'boolean') ??
    faults[0];
  if (fault === undefined) return new CuepointError('invalid_request', 'The request is not valid.');
  const field = fieldOf(fault);
  const message = `${field ?? 'The body'} ${fault.message}.`;
  return new CuepointError(codeOf(field), message, field === undefined ? {} : { field });
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
