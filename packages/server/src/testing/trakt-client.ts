import Trakt, { type ClientTokens } from 'trakt.tv';
import type { TestHousehold } from './test-household.ts';

export type TraktClient = Trakt;

/** The published client, unmodified, that is told another address. */
export function createTraktClient(apiUrl: string, settings: object = {}): TraktClient {
  return new Trakt({ client_id: 'an id', client_secret: 'a secret', api_url: apiUrl, ...settings });
}

/** A client of the first profile, signed in by code: as `poll_access` does, but for its waiting. */
export async function signInTrakt(
  household: TestHousehold,
  apiUrl = `${household.address}/compat/trakt`,
): Promise<TraktClient> {
  const client = createTraktClient(apiUrl);
  const codes = await client.get_codes();
  await decide(household, codes.user_code);
  const answer = await fetch(`${apiUrl}/oauth/device/token`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ code: codes.device_code, client_id: 'an id' }),
  });
  // oxlint-disable-next-line typescript/no-unsafe-type-assertion -- as the service answers it
  const tokens = (await answer.json()) as ClientTokens;
  await client.import_token({ ...tokens, expires: Date.now() + tokens.expires_in * 1_000 });
  return client;
}

/** A person types the code of a client, and picks the first profile. */
export async function decide(
  household: TestHousehold,
  userCode: string,
  decision: 'confirm' | 'deny' = 'confirm',
): Promise<void> {
  const [profile] = await household.profiles();
  const picked = decision === 'confirm' ? { userId: profile?.userId } : {};
  const body = { userCode, decision, ...picked };
  const { status, text } = await household.browser.call('POST', '/screens/decide', { body });
  if (status !== 204) throw new Error(text);
}
