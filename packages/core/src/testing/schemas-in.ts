import type { TSchema } from 'typebox';

/** A schema, and all that are in it: of its fields, its items and the members of its union. */
export function schemasIn(schema: TSchema): TSchema[] {
  const {
    properties = {},
    items,
    anyOf = [],
  } = schema as {
    readonly properties?: Readonly<Record<string, TSchema>>;
    readonly items?: TSchema;
    readonly anyOf?: readonly TSchema[];
  };
  const inside = [...Object.values(properties), ...anyOf, ...(items === undefined ? [] : [items])];
  return [schema, ...inside.flatMap(schemasIn)];
}
