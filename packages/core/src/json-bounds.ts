const QUOTE = 0x22;
const COLON = 0x3a;
const BACKSLASH = 0x5c;
const OPEN_BRACE = 0x7b;
const OPEN_BRACKET = 0x5b;
const CLOSE_BRACE = 0x7d;
const CLOSE_BRACKET = 0x5d;

export interface JsonBounds {
  /** Nesting of objects and arrays. */
  readonly depthMax: number;
  /** Fields of all objects together: each distinct name costs a parser far more than an item of an array. */
  readonly fieldsMax: number;
}

/** The bound that a JSON text passes first, known before it is parsed. One pass, no recursion. */
export function passedJsonBound(
  json: string,
  { depthMax, fieldsMax }: JsonBounds,
): keyof JsonBounds | undefined {
  let depth = 0;
  let fields = 0;
  let inString = false;
  for (let index = 0; index < json.length; index += 1) {
    const sign = json.charCodeAt(index);
    if (inString) {
      if (sign === BACKSLASH) index += 1;
      else if (sign === QUOTE) inString = false;
    } else if (sign === QUOTE) inString = true;
    else if (sign === COLON) {
      fields += 1;
      if (fields > fieldsMax) return 'fieldsMax';
    } else if (sign === OPEN_BRACE || sign === OPEN_BRACKET) {
      depth += 1;
      if (depth > depthMax) return 'depthMax';
    } else if (sign === CLOSE_BRACE || sign === CLOSE_BRACKET) depth -= 1;
  }
  return undefined;
}

/** True when the text nests objects and arrays deeper than `depthMax`. */
export function isDeeperThan(json: string, depthMax: number): boolean {
  return passedJsonBound(json, { depthMax, fieldsMax: Infinity }) !== undefined;
}
