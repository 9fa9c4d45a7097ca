import { findFaults, toCuepointError } from '@cuepoint/core';
import type { FastifySchemaCompiler } from 'fastify';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';

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
    const value = httpPart === 'querystring' ? readQuery(schema, given) : given;
    return validator.Check(value)
      ? { value }
      : { error: toCuepointError(findFaults(schema, value), schema) };
  };
};

/** Digits alone are a number: `1e2` and `0x10` are not what anyone writes by hand. A list may have one entry. */
function readQuery(schema: TSchema, query: unknown): unknown {
  const { properties = {} } = schema as { readonly properties?: Readonly<Record<string, TSchema>> };
  return Object.fromEntries(
    Object.entries(query as Readonly<Record<string, unknown>>).map(([name, text]) => {
      const { type } = (properties[name] ?? {}) as { readonly type?: unknown };
      if (typeof text !== 'string') return [name, text];
      if (type === 'array') return [name, [text]];
      return [name, type === 'integer' && /^\d+$/.test(text) ? Number(text) : text];
    }),
  );
}
