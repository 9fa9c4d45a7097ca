/** What JSON can say, as a parser gives it. */
export type JsonValue =
  | string
  | number
  | boolean
  | null
  | readonly JsonValue[]
  | { readonly [name: string]: JsonValue };

/** Whether two values say the same, in whatever order their fields are: PostgreSQL keeps none. */
export function equalJson(a: JsonValue, b: JsonValue): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  const [fieldsOfA, fieldsOfB] = [new Map(Object.entries(a)), new Map(Object.entries(b))];
  if (Array.isArray(a) !== Array.isArray(b) || fieldsOfA.size !== fieldsOfB.size) return false;
  for (const [name, value] of fieldsOfA) {
    const other: JsonValue | undefined = fieldsOfB.get(name);
    if (other === undefined || !equalJson(value, other)) return false;
  }
  return true;
}
