import { CuepointError, isCuepointError } from '@cuepoint/core';
import { isUnavailable, isUnstorableText } from '@cuepoint/store';

const RETRY_AFTER_MS = 1_000;

/**
 * The same store, whose every rejection is an expected failure: a database that is away answers 503, and
 * only a bug of ours is left to be one.
 */
export function guardStore<Store extends object>(store: Store): Store {
  return new Proxy(store, {
    get(target, name): unknown {
      const member: unknown = Reflect.get(target, name);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]): unknown => {
        const result: unknown = Reflect.apply(member, target, args);
        if (result instanceof Promise) return result.catch(throwExpected);
        return isAsyncIterable(result) ? guardIterable(result) : result;
      };
    },
  });
}

function isAsyncIterable(value: unknown): value is AsyncIterable<unknown> {
  return typeof value === 'object' && value !== null && Symbol.asyncIterator in value;
}

async function* guardIterable(items: AsyncIterable<unknown>): AsyncGenerator {
  try {
    yield* items;
  } catch (error) {
    throwExpected(error);
  }
}

function throwExpected(error: unknown): never {
  throw toExpectedError(error);
}

export function toExpectedError(error: unknown): unknown {
  if (isCuepointError(error) || isBug(error)) return error;
  if (isUnavailable(error)) {
    return new CuepointError('database_unavailable', 'The database does not answer now.', {
      cause: error,
      retryAfterMs: RETRY_AFTER_MS,
    });
  }
  // What has a code of its own is refused before; this is for texts that anything may be written into.
  if (isUnstorableText(error)) {
    return new CuepointError(
      'invalid_request',
      'A value cannot be stored as it is: no text may hold a NUL or half of a surrogate pair.',
      { cause: error },
    );
  }
  return new CuepointError('storage_failed', 'The database refused a statement.', { cause: error });
}

function isBug(error: unknown): boolean {
  return (
    error instanceof TypeError ||
    error instanceof RangeError ||
    error instanceof ReferenceError ||
    error instanceof SyntaxError
  );
}
