/**
 * `closed`: the watch state was closed, or its user signed out · `storage_failed`: this device could not keep
 * a change · `dead_letter`: the service refused a change for good, see `deadLetters` · `no_such_dead_letter`.
 */
export type ClientErrorCode = 'closed' | 'storage_failed' | 'dead_letter' | 'no_such_dead_letter';

/** A failure of this side. Bad arguments are a `CuepointError` with the code that the service would give. */
export class ClientError extends Error {
  override readonly name = 'ClientError';
  readonly code: ClientErrorCode;

  constructor(code: ClientErrorCode, message: string, cause?: unknown) {
    super(message, cause === undefined ? undefined : { cause });
    this.code = code;
  }
}
