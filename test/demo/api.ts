import { opToWire, wireToOp, type Op, type WireOp } from '@cuepoint/core';

interface ChangesAnswer {
  readonly changes: readonly WireOp[];
  readonly more: boolean;
  readonly page?: string;
  readonly cursor?: string;
}

interface PushAnswer extends ChangesAnswer {
  readonly results: readonly { readonly result: string; readonly code?: string }[];
}

export interface Pulled {
  readonly changes: readonly Op[];
  readonly cursor: string | undefined;
}

export interface Synced extends Pulled {
  /** Of each op, in order: applied, duplicate, superseded, or the code of a refusal. */
  readonly results: readonly string[];
}

/** One household's calls to a service that may be gone at any moment. */
export class Api {
  readonly #address: string;
  #authorization = '';

  constructor(address: string) {
    this.#address = address;
  }

  /** Development mode hands out tokens; see SEC2. */
  async signIn(userId: string): Promise<void> {
    const { token } = await this.#call<{ token: string }>('POST', '/dev/token', { userId });
    this.#authorization = `Bearer ${token}`;
  }

  /** Pushes ops and pulls what changed since the cursor. Rejects when no answer came: the outcome is unknown. */
  async sync(deviceId: string, ops: readonly Op[], cursor?: string): Promise<Synced> {
    const wire = ops.map((op) => ({ ...opToWire(op), deviceId }));
    const body = { deviceId, ops: wire, ...(cursor === undefined ? {} : { cursor }) };
    const answer = await this.#call<PushAnswer>('POST', '/api/v1/sync', body);
    const results = answer.results.map(({ result, code }) => code ?? result);
    return { results, ...(await this.#remainingPages(answer)) };
  }

  /** The whole state as ops, tombstones included. */
  async pull(): Promise<readonly Op[]> {
    const first = await this.#call<ChangesAnswer>('GET', '/api/v1/sync');
    return (await this.#remainingPages(first)).changes;
  }

  async #remainingPages(first: ChangesAnswer): Promise<Pulled> {
    const wire = [...first.changes];
    let last = first;
    while (last.more && last.page !== undefined) {
      const query = `?page=${encodeURIComponent(last.page)}`;
      last = await this.#call<ChangesAnswer>('GET', `/api/v1/sync${query}`);
      wire.push(...last.changes);
    }
    return { changes: wire.map((op) => wireToOp(op, op.deviceId ?? '')), cursor: last.cursor };
  }

  async #call<Answer>(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await fetch(`${this.#address}${path}`, {
      method,
      headers: {
        authorization: this.#authorization,
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(15_000),
    });
    if (!response.ok)
      throw new Error(`${method} ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as Answer;
  }
}
