import { timingSafeEqual } from 'node:crypto';
import type { TraktSignIn } from './sign-in-port.ts';

type Seal = Pick<TraktSignIn, 'seal'>;

/** A text with the word of the service that it is for this purpose. What was made up is told without a look at the database. */
export function sealed({ seal }: Seal, purpose: string, text: string): string {
  return `${text}.${seal(`${purpose}\n${text}`)}`;
}

/** Undefined for what this service did not seal for the purpose. */
export function unsealed({ seal }: Seal, purpose: string, given: string): string | undefined {
  const at = given.lastIndexOf('.');
  if (at === -1) return undefined;
  const text = given.slice(0, at);
  const [told, right] = [
    Buffer.from(given.slice(at + 1)),
    Buffer.from(seal(`${purpose}\n${text}`)),
  ];
  return told.length === right.length && timingSafeEqual(told, right) ? text : undefined;
}
