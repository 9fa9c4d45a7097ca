import { DOWN_SCHEMAS, type DownMessage } from '@cuepoint/core';
import { Compile } from 'typebox/compile';

const validatorsByType = new Map(
  Object.entries(DOWN_SCHEMAS).map(([type, schema]) => [type, Compile(schema)]),
);

/** `undefined` for what this version does not know: a newer service may say more. */
export function readDownMessage(text: string): DownMessage | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const type = (value as { type?: unknown } | null)?.type;
    const isKnown = typeof type === 'string' && validatorsByType.get(type)?.Check(value) === true;
    return isKnown ? (value as DownMessage) : undefined;
  } catch {
    return undefined;
  }
}
