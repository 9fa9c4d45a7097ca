import { ServiceProblem } from '../session/problem.ts';

/** What the page shows and asks by. */
export interface ScreenCode {
  readonly userCode: string;
  /** What the QR code holds. */
  readonly link: string;
  /** Where a person types the code. */
  readonly page: string;
}

/** Where the screen keeps what it is signed in with; other tabs of it see the same. */
export interface ScreenStorage {
  readRefreshToken(): string | undefined;
  writeRefreshToken(token: string | undefined): void;
}

export interface ScreenSessionDeps {
  readonly fetch: (path: string, init: RequestInit) => Promise<Response>;
  readonly storage: ScreenStorage;
  /** Resolves early when it is called off. */
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
}

/** Signs a screen in by code and keeps it signed in (RFC 8628, with refresh tokens that rotate). */
export interface ScreenSession {
  /**
   * Resolves once a person confirmed the screen, or at once where it is signed in already.
   *
   * @param onCode told of each code: one that ten minutes went by, or that was denied, is followed by the next.
   */
  signIn(onCode: (code: ScreenCode) => void, signal: AbortSignal): Promise<void>;
  /** A fresh access token; undefined once the screen was signed out. @throws while the service is away */
  token(): Promise<string | undefined>;
}

interface OAuthAnswer {
  readonly error?: string;
  readonly access_token: string;
  readonly refresh_token: string;
  readonly device_code: string;
  readonly user_code: string;
  readonly verification_uri: string;
  readonly verification_uri_complete: string;
  readonly interval: number;
}

const CLIENT_ID = 'The screen of the console';
const DEVICE_GRANT = 'urn:ietf:params:oauth:grant-type:device_code';
const AWAY_DELAY_MS = 5_000;
/** RFC 8628, 3.5: what `slow_down` adds. */
const SLOW_DOWN_SECONDS = 5;

export function createScreenSession(
  { fetch, storage, delay }: ScreenSessionDeps,
  deviceId: string,
): ScreenSession {
  async function post(path: string, params: Record<string, string>): Promise<OAuthAnswer> {
    const body = new URLSearchParams({ client_id: CLIENT_ID, ...params });
    const answer = await fetch(path, { method: 'POST', body });
    const known = (await answer.json()) as OAuthAnswer;
    // A limit or a trouble of the service says nothing of the code or the token.
    if (!answer.ok && known.error === undefined) {
      throw new ServiceProblem('unavailable', answer.status, 'The service cannot do it now.');
    }
    return known;
  }

  /** @returns whether a person confirmed it; false where the code is of no use any more. */
  async function untilDecided(
    { device_code, interval }: OAuthAnswer,
    signal: AbortSignal,
  ): Promise<boolean> {
    let seconds = interval;
    while (!signal.aborted) {
      await delay(seconds * 1_000, signal);
      if (signal.aborted) break;
      // A network that is away for a moment costs a poll.
      const answer = await post('/oauth/token', { grant_type: DEVICE_GRANT, device_code }).catch(
        () => ({ error: 'authorization_pending' }) as OAuthAnswer,
      );
      if (answer.error === undefined) {
        storage.writeRefreshToken(answer.refresh_token);
        return true;
      }
      if (answer.error === 'slow_down') seconds += SLOW_DOWN_SECONDS;
      else if (answer.error !== 'authorization_pending') return false;
    }
    return false;
  }

  return {
    async signIn(onCode, signal) {
      while (!signal.aborted && storage.readRefreshToken() === undefined) {
        try {
          const begun = await post('/oauth/device_authorization', { device_id: deviceId });
          onCode({
            userCode: begun.user_code,
            link: begun.verification_uri_complete,
            page: begun.verification_uri,
          });
          await untilDecided(begun, signal);
        } catch {
          await delay(AWAY_DELAY_MS, signal);
        }
      }
    },

    async token() {
      const refresh_token = storage.readRefreshToken();
      if (refresh_token === undefined) return undefined;
      const answer = await post('/oauth/token', { grant_type: 'refresh_token', refresh_token });
      storage.writeRefreshToken(answer.error === undefined ? answer.refresh_token : undefined);
      return answer.error === undefined ? answer.access_token : undefined;
    },
  };
}
