type Defined<Value> = {
  [Key in keyof Value as undefined extends Value[Key] ? never : Key]: Value[Key];
} & {
  [Key in keyof Value as undefined extends Value[Key] ? Key : never]?: Exclude<
    Value[Key],
    undefined
  >;
};

/** A copy without what is `undefined`: as JSON has it. */
export function defined<Value extends object>(value: Value): Defined<Value> {
  const copy: Partial<Value> = { ...value };
  for (const key of Object.keys(copy) as (keyof Value)[]) {
    if (copy[key] === undefined) delete copy[key];
  }
  return copy as object as Defined<Value>;
}
