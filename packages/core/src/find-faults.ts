import type { TSchema } from 'typebox';
import type { SchemaFault } from './schema-fault.ts';

/**
 * What is wrong with a value that its schema refused: one fault, the one that says most. [SEC3]
 *
 * Why not the validator's own list: it visits every key and every item of a hostile value, once for each member
 * of a union, to keep the first few faults; one message of 1 MiB cost it two seconds. Here a list is measured
 * before it is walked, a union is narrowed to the member that the value means to be, and the first wrong value
 * ends the search. The work is bounded by the schema, whatever the value holds.
 *
 * It knows the keywords that messages and ops use, and a test holds that these are all. A value that only
 * another keyword refuses has no fault here.
 */
export function findFaults(schema: TSchema, value: unknown): SchemaFault[] {
  const search: Search = { structural: undefined };
  const wrong = faultOf(schema, value, { schemaPath: '#', instancePath: '', search });
  return [wrong ?? search.structural].filter((found) => found !== undefined);
}

interface Search {
  /** The first field that is missing or not known: reported where every value that is there is right. */
  structural: SchemaFault | undefined;
}

interface Place {
  readonly schemaPath: string;
  readonly instancePath: string;
  readonly search: Search;
}

interface Keywords {
  readonly type?: string;
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly anyOf?: readonly Keywords[];
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly exclusiveMinimum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Keywords;
  readonly properties?: Readonly<Record<string, Keywords>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

/** The first wrong value; what is missing or not known on the way is left in the search. */
function faultOf(schema: Keywords, value: unknown, place: Place): SchemaFault | undefined {
  if (schema.anyOf !== undefined) return unionFault(schema.anyOf, value, place);
  if (schema.type !== undefined && !isOfType(schema.type, value)) {
    return fault('type', `must be ${schema.type}`, place);
  }
  if ('const' in schema && value !== schema.const) {
    return fault('const', `must be ${String(schema.const)}`, place);
  }
  if (schema.enum !== undefined && !schema.enum.includes(value)) {
    return fault('enum', `must be one of ${schema.enum.join(', ')}`, place);
  }
  if (typeof value === 'string') return textFault(schema, value, place);
  if (typeof value === 'number') return numberFault(schema, value, place);
  if (Array.isArray(value)) return listFault(schema, value, place);
  return isFields(value) ? fieldsFault(schema, value, place) : undefined;
}

function textFault(schema: Keywords, text: string, place: Place): SchemaFault | undefined {
  const { minLength = 0, maxLength = Infinity, pattern } = schema;
  const length = codePointsOf(text, Number.isFinite(maxLength) ? maxLength : minLength);
  if (length < minLength) {
    return fault('minLength', `must not have fewer than ${minLength} characters`, place);
  }
  if (length > maxLength) {
    return fault('maxLength', `must not have more than ${maxLength} characters`, place);
  }
  if (pattern === undefined || new RegExp(pattern, 'u').test(text)) return undefined;
  return fault('pattern', `must match ${pattern}`, place);
}

/** Counted only where the code units leave it open whether there are more than `enough`. */
function codePointsOf(text: string, enough: number): number {
  return text.length > 2 * enough ? text.length / 2 : Array.from(text).length;
}

function numberFault(schema: Keywords, value: number, place: Place): SchemaFault | undefined {
  const { minimum = -Infinity, maximum = Infinity, exclusiveMinimum = -Infinity } = schema;
  if (value < minimum) return fault('minimum', `must be >= ${minimum}`, place);
  if (value > maximum) return fault('maximum', `must be <= ${maximum}`, place);
  if (value <= exclusiveMinimum) {
    return fault('exclusiveMinimum', `must be > ${exclusiveMinimum}`, place);
  }
  return undefined;
}

function listFault(
  schema: Keywords,
  list: readonly unknown[],
  place: Place,
): SchemaFault | undefined {
  const { minItems = 0, maxItems = Infinity, items } = schema;
  if (list.length < minItems) {
    return fault('minItems', `must not have fewer than ${minItems} items`, place);
  }
  if (list.length > maxItems) {
    return fault('maxItems', `must not have more than ${maxItems} items`, place);
  }
  if (items === undefined || Object.keys(items).length === 0) return undefined;
  for (const [index, item] of list.entries()) {
    const found = faultOf(items, item, below(place, 'items', String(index)));
    if (found !== undefined) return found;
  }
  return undefined;
}

function fieldsFault(schema: Keywords, fields: Fields, place: Place): SchemaFault | undefined {
  const { properties = {}, required = [], additionalProperties = true } = schema;
  const missing = required.find((name) => !Object.hasOwn(fields, name));
  if (missing !== undefined) {
    const params = { requiredProperties: [missing] };
    place.search.structural ??= fault('required', 'is missing', place, params);
  }
  const unknown = additionalProperties ? undefined : unknownFieldOf(fields, properties);
  if (unknown !== undefined) {
    const params = { additionalProperties: [unknown] };
    place.search.structural ??= fault('additionalProperties', 'is not known', place, params);
  }
  for (const [name, schemaOfField] of Object.entries(properties)) {
    const isAbsent = !Object.hasOwn(fields, name);
    // JSON has no undefined; a caller without types may pass it for an absent field.
    if (isAbsent || (fields[name] === undefined && !required.includes(name))) continue;
    const found = faultOf(schemaOfField, fields[name], below(place, `properties/${name}`, name));
    if (found !== undefined) return found;
  }
  return undefined;
}

/** Ends at the first: there may be a hundred thousand. */
function unknownFieldOf(fields: Fields, properties: object): string | undefined {
  for (const name in fields) {
    if (Object.hasOwn(fields, name) && !Object.hasOwn(properties, name)) return name;
  }
  return undefined;
}

/** Judges the value as the member that it means to be, by its type and by the literals that tell members apart. */
function unionFault(
  members: readonly Keywords[],
  value: unknown,
  place: Place,
): SchemaFault | undefined {
  const meant = members.findIndex((member) => isMeant(member, value));
  const member = members[meant];
  if (member !== undefined) {
    return faultOf(member, value, { ...place, schemaPath: `${place.schemaPath}/anyOf/${meant}` });
  }
  const literals = literalsOf(members[0]);
  if (!isFields(value) || literals.length === 0) {
    const types = members.map(({ type }) => type).filter((type) => type !== undefined);
    return fault('type', `must be ${[...new Set(types)].join(' or ')}`, place);
  }
  const [name = ''] = literals[0] ?? [];
  if (!Object.hasOwn(value, name)) {
    place.search.structural ??= fault('required', 'is missing', place, {
      requiredProperties: [name],
    });
    return undefined;
  }
  const allowed = members.map(({ properties }) => String(properties?.[name]?.const));
  const at = below(place, `properties/${name}`, name);
  return fault('enum', `must be one of ${allowed.join(', ')}`, at);
}

function isMeant(member: Keywords, value: unknown): boolean {
  if (member.type !== undefined && !isOfType(member.type, value)) return false;
  return literalsOf(member).every(
    ([name, literal]) => isFields(value) && Object.hasOwn(value, name) && value[name] === literal,
  );
}

function literalsOf(member: Keywords | undefined): (readonly [string, unknown])[] {
  return Object.entries(member?.properties ?? {})
    .filter(([, schema]) => 'const' in schema)
    .map(([name, schema]) => [name, schema.const]);
}

function isOfType(type: string, value: unknown): boolean {
  if (type === 'object') return isFields(value);
  if (type === 'array') return Array.isArray(value);
  if (type === 'integer') return Number.isInteger(value);
  if (type === 'number') return Number.isFinite(value);
  return type === 'null' ? value === null : typeof value === type;
}

function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function below(place: Place, schemaStep: string, step: string): Place {
  return {
    schemaPath: `${place.schemaPath}/${schemaStep}`,
    instancePath: `${place.instancePath}/${step}`,
    search: place.search,
  };
}

function fault(keyword: string, message: string, place: Place, params: object = {}): SchemaFault {
  const { schemaPath, instancePath } = place;
  return { keyword, schemaPath, instancePath, message, params };
}
