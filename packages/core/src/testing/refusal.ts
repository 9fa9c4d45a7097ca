import { isCuepointError, type ErrorCode } from '../errors.ts';

export interface Refusal {
  readonly code: ErrorCode;
  readonly field: string | undefined;
}

/** What `call` was refused with; undefined when it was not. Any other error is thrown on. */
export function refusalOf(call: () => unknown): Refusal | undefined {
  try {
    call();
    return undefined;
  } catch (error) {
    if (isCuepointError(error)) return { code: error.code, field: error.field };
    throw error;
  }
}

/** A value as a caller without types passes it: the type is what the callee hopes for. */
export function untyped<T>(value: unknown): T {
  return value as T;
}
