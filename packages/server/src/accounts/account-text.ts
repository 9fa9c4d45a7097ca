import { CuepointError } from '@cuepoint/core';

export const NAME_LENGTH_MAX = 64;
/** NIST SP 800-63B-4, 3.1.1.2: length is what counts; 8 at the least, and no rule of composition. */
export const PASSWORD_LENGTH_MIN = 8;
/** Longer ones add nothing, and cost time to read. */
export const PASSWORD_LENGTH_MAX = 1_024;

/** Controls, and formats that nobody sees; a joiner makes one sign of several emoji. */
const UNSEEN = /[\p{Cc}\p{Cs}\p{Co}\p{Zl}\p{Zp}]|(?!\u200D)\p{Cf}/u;

/**
 * The name of a person or a profile, without blanks around it.
 *
 * @throws CuepointError `invalid_request`
 */
export function readName(text: string, field = 'name'): string {
  const name = text.normalize('NFC').trim();
  const length = Array.from(name).length;
  if (length >= 1 && length <= NAME_LENGTH_MAX && !UNSEEN.test(name)) return name;
  throw new CuepointError(
    'invalid_request',
    `A name has 1 to ${NAME_LENGTH_MAX} signs, and no control characters.`,
    { field },
  );
}

/** Names that look alike are one: in compatibility forms, whatever their case. */
export function nameKeyOf(name: string): string {
  return name.normalize('NFKC').toLowerCase().normalize('NFKC').slice(0, 255);
}

/**
 * The password as it is hashed: one that is typed on another keyboard is the same.
 *
 * @throws CuepointError `invalid_request`
 */
export function readPassword(text: string): string {
  const password = passwordOf(text);
  const length = Array.from(password).length;
  if (length >= PASSWORD_LENGTH_MIN && length <= PASSWORD_LENGTH_MAX) return password;
  throw new CuepointError(
    'invalid_request',
    `A password has ${PASSWORD_LENGTH_MIN} to ${PASSWORD_LENGTH_MAX} signs.`,
    { field: 'password' },
  );
}

/** Of one that is only compared. */
export function passwordOf(text: string): string {
  return text.normalize('NFKC');
}
