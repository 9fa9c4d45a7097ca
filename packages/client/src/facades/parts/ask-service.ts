import type { Door } from '../../door.ts';
import { inTime } from '../../in-time.ts';

export type Fetch = (
  url: string,
  init: { readonly headers: Record<string, string> },
) => Promise<Pick<Response, 'ok' | 'json'>>;

const ANSWER_TIMEOUT_MS = 20_000;

/**
 * Reads from the service over HTTP. Never rejects.
 *
 * @param path below the service's API.
 * @returns `offline` where there is no network, or no token yet; the code of an error that the service told.
 */
export async function askService<Answer>(
  { service, token, environment }: Pick<Door, 'service' | 'token' | 'environment'>,
  fetch: Fetch | undefined,
  path: string,
): Promise<Answer | 'offline' | { readonly code: string }> {
  const bearer = token();
  if (bearer === undefined || fetch === undefined) return 'offline';
  const reading = fetch(`${service}/api/v1/${path}`, {
    headers: { authorization: `Bearer ${bearer}` },
  })
    .then(async (response) => ({ ok: response.ok, body: await response.json() }))
    .catch(() => undefined);
  const answer = await inTime(reading, ANSWER_TIMEOUT_MS, environment);
  if (answer === undefined) return 'offline';
  return answer.ok ? answer.body : { code: String(answer.body?.code ?? 'unavailable') };
}
