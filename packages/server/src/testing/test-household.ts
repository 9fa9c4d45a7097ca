import type { CallOptions } from './test-api.ts';
import { createTestBrowser, type TestBrowser } from './test-browser.ts';
import { createTestLive, type TestLive, type TestLiveOptions } from './test-live.ts';

export const TEST_PASSWORD = 'correct horse';

/** An instance that listens, with a person who is signed in. */
export interface TestHousehold {
  readonly live: TestLive;
  /** Such as `http://127.0.0.1:1234`. */
  readonly address: string;
  readonly browser: TestBrowser;
  profiles(): Promise<readonly { readonly userId: string; readonly name: string }[]>;
  /** As an app calls it, over a socket, in the form of OAuth. */
  post(path: string, params: Readonly<Record<string, string>>): Promise<OAuthAnswer>;
  /** A screen that was confirmed for a profile. */
  signInTv(options?: { readonly deviceId?: string; readonly userId?: string }): Promise<TvTokens>;
  /** Runs SQL in which `cuepoint.` stands for the schema. */
  sql(text: string): Promise<void>;
}

export interface OAuthAnswer {
  readonly status: number;
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

export interface TvTokens {
  readonly access: string;
  readonly refresh: string;
}

export const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';

export async function createTestHousehold(options: TestLiveOptions): Promise<TestHousehold> {
  const env = { CUEPOINT_ACCOUNTS: 'on', ...options.env };
  const live = await createTestLive({ ...options, env });
  const { api } = live;
  const address = live.url.replace('ws:', 'http:').replace('/api/v1/ws', '');
  const browser = createTestBrowser(api);
  const code = (await api.parts.accounts?.readSetUp())?.code;
  const body = { name: 'Anna', password: TEST_PASSWORD };
  const come = (path: string, more: CallOptions) => browser.call('POST', path, more);
  const came = await (code === undefined
    ? come('/sign-in', { body })
    : come('/set-up', { body: { ...body, code } }));
  if (came.status !== 204) throw new Error(came.text);

  const household: TestHousehold = {
    live,
    address,
    browser,
    profiles: async () => (await browser.call('GET', '')).body.person.profiles,
    async post(path, params) {
      const answer = await fetch(`${address}${path}`, {
        method: 'POST',
        body: new URLSearchParams(params),
      });
      return { status: answer.status, body: await answer.json() };
    },
    async signInTv({ deviceId, userId } = {}) {
      const device = deviceId === undefined ? {} : { device_id: deviceId };
      const begun = await household.post('/oauth/device_authorization', {
        client_id: 'the TV',
        ...device,
      });
      const picked = userId ?? (await household.profiles())[0]?.userId;
      const decision = { userCode: begun.body.user_code, decision: 'confirm', userId: picked };
      const decided = await browser.call('POST', '/screens/decide', { body: decision });
      if (decided.status !== 204) throw new Error(decided.text);
      const { body: tokens } = await household.post('/oauth/token', {
        grant_type: DEVICE_GRANT,
        device_code: begun.body.device_code,
        client_id: 'the TV',
      });
      return { access: tokens.access_token, refresh: tokens.refresh_token };
    },
    async sql(text) {
      const { schema } = api.database;
      await api.database.execute(text.replaceAll('cuepoint.', `${schema}.`));
    },
  };
  return household;
}
