import type { Answer, CallOptions, TestApi } from './test-api.ts';

const ORIGIN = 'http://localhost:8083';

/** A browser on a page of the service: it keeps its cookie, and says its origin. */
export interface TestBrowser {
  /** Below /api/v1/account. */
  call(method: string, path: string, options?: CallOptions): Promise<Answer>;
  /** As it was set last; empty where it was taken away. */
  cookie(): string;
}

export function createTestBrowser({ call }: Pick<TestApi, 'call'>): TestBrowser {
  let cookie = '';
  return {
    async call(method, path, options = {}) {
      const headers = {
        origin: ORIGIN,
        ...(cookie === '' ? {} : { cookie }),
        ...options.headers,
      };
      const answer = await call(method, `/account${path}`, { ...options, headers });
      const [set] = [answer.headers['set-cookie'] ?? []].flat();
      if (typeof set === 'string') {
        const [pair = ''] = set.split(';');
        cookie = pair.endsWith('=') ? '' : pair;
      }
      return answer;
    },
    cookie: () => cookie,
  };
}
