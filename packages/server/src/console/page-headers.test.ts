import { describe, expect, it } from 'vitest';
import { asksForPage, pageHeaders } from './page-headers.ts';

const policyOf = (host: string | undefined) => pageHeaders(host)['content-security-policy'] ?? '';

describe('the policy of a page', () => {
  it.each(['localhost:8083', '127.0.0.1:1', '[::1]:8083', 'cuepoint.example'])(
    'lets it open a WebSocket on its own host %s, and nothing elsewhere',
    (host) => {
      expect(policyOf(host)).toContain(`; connect-src 'self' ws://${host} wss://${host};`);
    },
  );

  it.each([
    undefined,
    '',
    'a b',
    "x; script-src 'unsafe-inline'",
    'x,y',
    "'unsafe-eval'",
    'x\r\ny',
    '*',
  ])('never takes in a host that is none: %j', (host) => {
    expect(policyOf(host)).toBe(policyOf(undefined));
    expect(policyOf(host)).toContain("connect-src 'self'; base-uri");
  });

  it('allows no inline script or style, no frame and no form', () => {
    expect(policyOf('localhost')).not.toContain('unsafe');
    for (const rule of [
      "default-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ]) {
      expect(policyOf('localhost')).toContain(rule);
    }
  });
});

it.each([
  ['GET', 'text/html,application/xhtml+xml,*/*;q=0.8', true],
  ['HEAD', 'TEXT/HTML', true],
  ['GET', '*/*', false],
  ['GET', 'application/json', false],
  ['GET', undefined, false],
  ['POST', 'text/html', false],
])('%s with accept %j asks for a page: %s', (method, accept, expected) => {
  expect(asksForPage({ method, accept })).toBe(expected);
});
