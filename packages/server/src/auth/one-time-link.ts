import { createHash, timingSafeEqual } from 'node:crypto';

/** Proves that somebody reads what the service prints: a code that opens once, and then there is the next. [SEC2] */
export interface OneTimeLink {
  /** The code that opens now. */
  readonly code: string;
  /** @returns whether the code opened; it never does again. */
  take(code: string): boolean;
}

/**
 * @param randomUuid of 122 random bits: it is not to be guessed.
 * @param onNext told of the code that follows one that was taken.
 */
export function createOneTimeLink(
  randomUuid: () => string,
  onNext: (code: string) => void,
): OneTimeLink {
  let code = randomUuid();
  return {
    get code() {
      return code;
    },
    take(given) {
      if (!timingSafeEqual(digestOf(given), digestOf(code))) return false;
      code = randomUuid();
      onNext(code);
      return true;
    },
  };
}

function digestOf(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
