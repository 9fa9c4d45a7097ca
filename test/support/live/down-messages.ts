import { DOWN_SCHEMAS, type DownMessage } from '@cuepoint/core';
import { Compile } from 'typebox/compile';

export type Down<Type extends DownMessage['type']> = Extract<DownMessage, { type: Type }>;

/** The service did what the protocol does not allow. */
export class ProtocolViolation extends Error {
  override readonly name = 'ProtocolViolation';
}

const validatorsByType = new Map(
  Object.entries(DOWN_SCHEMAS).map(([type, schema]) => [type, Compile(schema)]),
);

/**
 * Strict where a client of users is lenient: a type that is not known here is a fault of the service.
 *
 * @throws ProtocolViolation
 */
export function readDownMessage(text: string): DownMessage {
  const value: unknown = JSON.parse(text);
  const type = String((value as { type?: unknown } | null)?.type);
  const validator = validatorsByType.get(type);
  if (validator === undefined) throw new ProtocolViolation(`a message of type ${type}: ${text}`);
  if (!validator.Check(value)) {
    const faults = JSON.stringify(validator.Errors(value).slice(0, 3));
    throw new ProtocolViolation(`a bad ${type}: ${faults} in ${text.slice(0, 500)}`);
  }
  return value as DownMessage;
}
