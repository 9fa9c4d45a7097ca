import { describe, expect, it } from 'vitest';
import { createScreenSession, type ScreenCode } from './screen-session.ts';

interface Scripted {
  readonly status?: number;
  readonly body: object;
}

const begun = (letters: string) => ({
  body: {
    device_code: `device of ${letters}`,
    user_code: letters,
    verification_uri: 'http://nas/link',
    verification_uri_complete: `http://nas/link#code=${letters}`,
    interval: 5,
  },
});
const failed = (error: string) => ({ status: 400, body: { error } });
const given = (n: number) => ({
  body: { access_token: `access ${n}`, refresh_token: `refresh ${n}` },
});

function setup(answers: readonly (Scripted | 'away')[], stored?: string) {
  let refreshToken = stored;
  const waits: number[] = [];
  const asked: string[] = [];
  const left = [...answers];
  const session = createScreenSession(
    {
      async fetch(path, { body }) {
        asked.push(`${path} ${(body as URLSearchParams).toString()}`);
        const answer = left.shift();
        if (answer === undefined || answer === 'away') throw new TypeError('Failed to fetch');
        return Response.json(answer.body, { status: answer.status ?? 200 });
      },
      storage: {
        readRefreshToken: () => refreshToken,
        writeRefreshToken: (token) => (refreshToken = token),
      },
      async delay(ms) {
        waits.push(ms);
      },
    },
    'screen-1',
  );
  return { session, waits, asked, stored: () => refreshToken };
}

const never = new AbortController().signal;

describe('[ACC3] a screen', () => {
  it('shows a code, asks at the interval, slows down when it is told to, and is signed in', async () => {
    const { session, waits, asked, stored } = setup([
      begun('BBBB-CCCC'),
      failed('authorization_pending'),
      'away',
      failed('slow_down'),
      failed('authorization_pending'),
      { status: 503, body: { code: 'database_unavailable' } },
      given(1),
    ]);
    const codes: ScreenCode[] = [];
    await session.signIn((code) => codes.push(code), never);
    expect(codes).toEqual([
      { userCode: 'BBBB-CCCC', link: 'http://nas/link#code=BBBB-CCCC', page: 'http://nas/link' },
    ]);
    expect(waits).toEqual([5_000, 5_000, 5_000, 10_000, 10_000, 10_000]);
    expect(asked[0]).toContain('device_id=screen-1');
    expect(stored()).toBe('refresh 1');
  });

  it.each(['expired_token', 'access_denied', 'invalid_grant'])(
    'shows the next code after %s',
    async (error) => {
      const { session } = setup([begun('BBBB'), failed(error), begun('CCCC'), given(1)]);
      const codes: string[] = [];
      await session.signIn(({ userCode }) => codes.push(userCode), never);
      expect(codes).toEqual(['BBBB', 'CCCC']);
    },
  );

  it('that is signed in already asks for no code', async () => {
    const { session, asked } = setup([], 'refresh 1');
    await session.signIn(() => expect.fail('a code'), never);
    expect(asked).toEqual([]);
  });

  it('[ACC4] renews with each token it asks for, and keeps its own where the service is away', async () => {
    const { session, stored } = setup(
      [given(2), 'away', { status: 503, body: { code: 'overloaded' } }, given(3)],
      'refresh 1',
    );
    expect(await session.token()).toBe('access 2');
    expect(stored()).toBe('refresh 2');
    await expect(session.token()).rejects.toThrow('Failed to fetch');
    await expect(session.token()).rejects.toThrow('cannot do it now');
    expect(stored()).toBe('refresh 2');
    expect(await session.token()).toBe('access 3');
  });

  it('[ACC5] that was signed out elsewhere forgets what it had', async () => {
    const { session, stored } = setup([failed('invalid_grant')], 'refresh 1');
    expect(await session.token()).toBeUndefined();
    expect(stored()).toBeUndefined();
  });
});
