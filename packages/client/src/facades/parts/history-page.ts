import type { Door } from '../../door.ts';
import { inTime } from '../../in-time.ts';

/** One viewing, as the service tells it. [PLY1] */
export interface ToldViewing {
  readonly playId: string;
  readonly contentId: string;
  readonly watchedAt?: string | null;
  readonly source?: string | null;
  readonly alsoIds?: readonly string[];
}

export interface HistoryQuery {
  readonly contentId?: string | undefined;
  /** From this instant or day on. */
  readonly from?: string | undefined;
  /** Before this instant, or to the end of this day. */
  readonly to?: string | undefined;
}

export type HistoryAnswer =
  | { readonly items: readonly ToldViewing[]; readonly nextCursor?: string }
  /** There is no network, or no token yet. */
  | 'offline'
  /** The code of the service's error. */
  | { readonly code: string };

export type Fetch = (
  url: string,
  init: { readonly headers: Record<string, string> },
) => Promise<Pick<Response, 'ok' | 'json'>>;

const ANSWER_TIMEOUT_MS = 20_000;

/** Never rejects. */
export async function readHistoryPage(
  { service, token, environment }: Pick<Door, 'service' | 'token' | 'environment'>,
  fetch: Fetch | undefined,
  query: HistoryQuery & { readonly cursor?: string | undefined },
): Promise<HistoryAnswer> {
  const bearer = token();
  if (bearer === undefined || fetch === undefined) return 'offline';
  const asked = (Object.keys(query) as (keyof typeof query)[])
    .filter((name) => query[name])
    .map((name) => `${name}=${encodeURIComponent(query[name] ?? '')}`);
  const url = `${service}/api/v1/history?${asked.join('&')}`;
  const reading = fetch(url, { headers: { authorization: `Bearer ${bearer}` } })
    .then(async (response) => ({ ok: response.ok, body: await response.json() }))
    .catch(() => undefined);
  const answer = await inTime(reading, ANSWER_TIMEOUT_MS, environment);
  if (answer === undefined) return 'offline';
  return answer.ok ? answer.body : { code: String(answer.body?.code ?? 'unavailable') };
}
