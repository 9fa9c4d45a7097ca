import { CLOSE_CODES, ERROR_CODES } from '@cuepoint/core';

const CODES: ReadonlySet<unknown> = new Set(ERROR_CODES);
/** What the service may say of itself where it or its database is asked too much: 503, each counted. */
const BUSY: ReadonlySet<unknown> = new Set([
  'overloaded',
  'database_unavailable',
  'outcome_unknown',
]);
/** A close that the WebSocket protocol itself has a number for: malformed, not UTF-8, too big. */
const PROTOCOL_CLOSES = [1000, 1001, 1002, 1003, 1007, 1009];
/** A client's own code comes back to it (RFC 6455, 5.5.1); the others that are sent here have a meaning already. */
const ECHOED_CLOSE = 3000;
const CLOSES: ReadonlySet<number> = new Set([
  ...PROTOCOL_CLOSES,
  ECHOED_CLOSE,
  ...Object.values(CLOSE_CODES).filter((code) => code !== CLOSE_CODES.internal),
]);
const VIOLATIONS_MAX = 20;
const EXCERPT_LENGTH = 300;

/** An answer over HTTP, with its body. */
export interface Answer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Counts what the service answered, and keeps what it should not have. */
export class Verdict {
  /** By status, and by code where there is one; closes of sockets as `close 4400`. */
  readonly counts = new Map<string, number>();
  readonly violations: string[] = [];
  violationCount = 0;
  /** Answers 503 with a code that says to come back. */
  busy = 0;

  /** @param input which input it was, by which it can be made again. */
  answered(method: string, answer: Answer, input: () => string): void {
    const { status, headers, body } = answer;
    if (status < 400) {
      this.#count(String(status));
      return;
    }
    if (method === 'HEAD') {
      this.#count(`${status} (HEAD)`);
      if (status === 503) this.busy += 1;
      else if (status >= 500) this.violated(`HEAD is answered ${status}`, input);
      return;
    }
    const code = problemCode(headers['content-type'] ?? '', body);
    this.#count(`${status} ${String(code)}`);
    if (!CODES.has(code))
      this.violated(`${status} without a documented code: ${excerpt(body)}`, input);
    else if (BUSY.has(code)) this.busy += 1;
    else if (status >= 500) this.violated(`${status} ${String(code)}`, input);
  }

  /** One message of a live session. */
  told(text: string, input: () => string): void {
    const message = JSON.parse(text) as {
      readonly type: string;
      readonly code?: string;
      readonly results?: readonly { readonly result: string; readonly code?: string }[];
    };
    const { type, code, results = [] } = message;
    this.#count(code === undefined ? type : `${type} ${code}`);
    for (const { result, code: reason } of results) {
      this.#count(reason === undefined ? `op ${result}` : `op ${result} ${reason}`);
      if (reason !== undefined && !isFine(reason)) this.violated(`op ${reason}`, input);
    }
    if (type === 'error' && !isFine(code)) this.violated(`error ${String(code)}`, input);
  }

  closed(code: number, input: () => string): void {
    this.#count(`close ${code}`);
    if (!CLOSES.has(code)) this.violated(`closed with ${code}`, input);
  }

  violated(what: string, input: () => string): void {
    this.violationCount += 1;
    if (this.violations.length < VIOLATIONS_MAX) this.violations.push(`${what} ← ${input()}`);
  }

  count(what: string): void {
    this.#count(what);
  }

  #count(what: string): void {
    this.counts.set(what, (this.counts.get(what) ?? 0) + 1);
  }
}

function isFine(code: unknown): boolean {
  return CODES.has(code) && code !== 'internal';
}

function problemCode(contentType: string, body: Buffer): unknown {
  if (!contentType.startsWith('application/problem+json')) return undefined;
  try {
    return (JSON.parse(body.toString()) as { readonly code?: unknown }).code;
  } catch {
    return undefined;
  }
}

/** Of bytes that may be anything, on one line. */
export function excerpt(bytes: Buffer): string {
  return JSON.stringify(bytes.subarray(0, EXCERPT_LENGTH).toString('latin1'));
}
