/** The statuses that leave this surface with an error. [TRK5] */
export type FailureStatus =
  | 400
  | 401
  | 403
  | 404
  | 405
  | 409
  | 410
  | 418
  | 420
  | 422
  | 429
  | 500
  | 503;

/** An answer that is none of the good ones, as clients of this API read it. */
export class TraktError extends Error {
  readonly status: FailureStatus;
  readonly body: Readonly<Record<string, unknown>>;

  /** @param code for programs. @param more keys that clients read of this status. */
  constructor(
    status: FailureStatus,
    code: string,
    description: string,
    more: Readonly<Record<string, unknown>> = {},
  ) {
    super(description);
    this.status = status;
    this.body = { error: code, error_description: description, ...more };
  }
}

export function notFound(what: string): TraktError {
  return new TraktError(404, 'not_found', what);
}
