import { describe, expect, it } from 'vitest';
import { createOperatorSession, type Fetch } from './operator-session.ts';

function setup(mode: 'development' | 'production', link?: string) {
  const asked: string[] = [];
  let isAway = false;
  const fetchFrom: Fetch = async (path, init) => {
    const authorization = new Headers(init?.headers).get('authorization') ?? '-';
    const body = typeof init?.body === 'string' ? ` ${init.body}` : '';
    asked.push(`${init?.method ?? 'GET'} ${path} ${authorization}${body}`);
    if (isAway) throw new TypeError('Failed to fetch');
    if (path === '/health') return Response.json({ mode });
    if (path === '/dev/token') return Response.json({ token: 'minted' });
    if (authorization === '-') {
      return Response.json({ code: 'unauthenticated', detail: 'Send a token.' }, { status: 401 });
    }
    return Response.json({});
  };
  const session = createOperatorSession(fetchFrom, link);
  return {
    session,
    asked,
    away: (value: boolean) => {
      isAway = value;
    },
  };
}

describe("an operator's session", () => {
  it('[SEC2] asks for its token by the link that opened the page, once', async () => {
    const { session, asked } = setup('development', 'code');
    await Promise.all([session.fetch('/a'), session.fetch('/b')]);
    expect(asked).toEqual([
      'GET /health -',
      'POST /dev/token - {"scope":"cuepoint:admin","link":"code"}',
      'GET /a Bearer minted',
      'GET /b Bearer minted',
    ]);
  });

  it('[SEC2] has none in development mode without a link', async () => {
    const { session, asked } = setup('development');
    await expect(session.fetch('/a')).rejects.toMatchObject({ code: 'unauthenticated' });
    expect(asked).toEqual(['GET /a -']);
  });

  it('never asks for one outside of it, and uses what it was given until that is taken away', async () => {
    const { session, asked } = setup('production', 'code');
    await expect(session.fetch('/a')).rejects.toMatchObject({
      code: 'unauthenticated',
      message: 'Send a token.',
    });
    session.give(' pasted \n');
    await session.fetch('/a');
    session.give('');
    expect(await session.token()).toBeUndefined();
    expect(asked).toEqual(['GET /health -', 'GET /a -', 'GET /a Bearer pasted']);
  });

  it('asks again after the service was away', async () => {
    const { session, away } = setup('development', 'code');
    away(true);
    await expect(session.token()).rejects.toThrow('Failed to fetch');
    away(false);
    expect(await session.token()).toBe('minted');
  });
});
