import { problemOf } from './problem.ts';

export type ServiceMode = 'development' | 'production';

/** Who looks, and how the service is asked. The token lives in memory alone, and is gone with the page. */
export interface OperatorSession {
  /** How the service runs. Read once. */
  mode(): Promise<ServiceMode>;
  /** The token to ask with: in development mode the one-time link brings it; undefined until one is given. */
  token(): Promise<string | undefined>;
  /** What a person pasted; an empty text takes it away. */
  give(token: string): void;
  /** Asks with the token. @throws ServiceProblem for any answer that is no success. */
  fetch(path: string, options?: { readonly signal?: AbortSignal }): Promise<Response>;
}

export type Fetch = (path: string, init?: RequestInit) => Promise<Response>;

const OPERATOR_SCOPE = 'cuepoint:admin';

/** @param link the code of the one-time link that opened the page. */
export function createOperatorSession(fetchFrom: Fetch, link?: string): OperatorSession {
  let knownMode: Promise<ServiceMode> | undefined;
  let known: Promise<string | undefined> | undefined;
  let given: string | undefined;

  async function ask(path: string, init: RequestInit): Promise<Response> {
    const answer = await fetchFrom(path, init);
    if (!answer.ok) throw await problemOf(answer);
    return answer;
  }

  async function readMode(): Promise<ServiceMode> {
    const answer = await ask('/health', { headers: { accept: 'application/json' } });
    const { mode } = (await answer.json()) as { readonly mode: ServiceMode };
    return mode;
  }

  async function obtain(): Promise<string | undefined> {
    if (link === undefined || (await session.mode()) !== 'development') return undefined;
    const answer = await ask('/dev/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ scope: OPERATOR_SCOPE, link }),
    });
    const { token } = (await answer.json()) as { readonly token: string };
    return token;
  }

  const session: OperatorSession = {
    mode() {
      knownMode ??= readMode().catch((error: unknown) => {
        knownMode = undefined;
        throw error;
      });
      return knownMode;
    },
    token() {
      if (given !== undefined) return Promise.resolve(given);
      known ??= obtain().catch((error: unknown) => {
        known = undefined;
        throw error;
      });
      return known;
    },
    give(token) {
      const trimmed = token.trim();
      given = trimmed === '' ? undefined : trimmed;
    },
    async fetch(path, { signal } = {}) {
      const token = await session.token();
      const answer = await ask(path, {
        headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
        ...(signal === undefined ? {} : { signal }),
      });
      return answer;
    },
  };
  return session;
}
