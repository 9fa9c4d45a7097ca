import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { ProblemSchema } from '../schemas/answers.ts';

interface Operation {
  readonly responses?: Readonly<
    Record<string, { readonly content?: Readonly<Record<string, { readonly schema?: TSchema }>> }>
  >;
}

/** What `/openapi.json` answers, as far as the check reads it. */
export interface ApiDescription {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation | undefined>>>>;
}

/** Fails when an answer is not what the API's description says of it. */
export function requireDocumentedAnswer(
  { paths }: ApiDescription,
  method: string,
  url: string,
  { status, body }: { readonly status: number; readonly body: unknown },
): void {
  if (body === undefined || url === '/openapi.json' || isForeignForm(url)) return;
  const schema = status >= 400 ? ProblemSchema : schemaOf({ paths }, method, url, status);
  if (schema === undefined) throw new Error(`${method} ${url} does not document ${status}`);
  const validator = Compile(schema);
  if (!validator.Check(body)) {
    const faults = JSON.stringify(validator.Errors(body));
    throw new Error(`${method} ${url} answers ${status} other than documented: ${faults}`);
  }
}

function schemaOf(
  { paths }: ApiDescription,
  method: string,
  url: string,
  status: number,
): TSchema | undefined {
  const pathname = url.split('?', 1)[0] ?? '';
  for (const [pattern, operations] of Object.entries(paths)) {
    const operation = operations[method.toLowerCase()];
    const isOther = !new RegExp(`^${pattern.replace(/\{[^}]+\}/g, '[^/]+')}$`).test(pathname);
    // Of two that match, `/devices/{deviceId}` say, only one may have the method.
    if (operation === undefined || isOther) continue;
    return operation.responses?.[String(status)]?.content?.['application/json']?.schema;
  }
  return undefined;
}

/** What is in the form of another program's API is not in the description of this one. */
function isForeignForm(url: string): boolean {
  return url.startsWith('/compat/');
}
