/** What a page may name in its own policy: a name, an IPv4 or a bracketed IPv6 address, and a port. */
const HOST = /^(?:[A-Za-z0-9.-]+|\[[0-9A-Fa-f:.]+\])(?::\d{1,5})?$/;

/** On everything that the console is made of. */
export const FILE_HEADERS = {
  'x-content-type-options': 'nosniff',
  'referrer-policy': 'no-referrer',
  'cross-origin-resource-policy': 'same-origin',
} as const;

/**
 * The headers of a page: nothing but what this service serves may run, load or be asked.
 *
 * `'self'` covers a WebSocket of the same origin in new browsers only, so it is named as well.
 *
 * @param host as the request has it; one that is no host name is left out of the policy.
 */
export function pageHeaders(host: string | undefined): Readonly<Record<string, string>> {
  const sockets = isHost(host) ? ` ws://${host} wss://${host}` : '';
  return {
    ...FILE_HEADERS,
    'cache-control': 'no-cache',
    'cross-origin-opener-policy': 'same-origin',
    'content-security-policy': [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' data: blob:",
      "media-src 'self' blob:",
      "font-src 'self'",
      `connect-src 'self'${sockets}`,
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
    ].join('; '),
  };
}

export function isHost(text: string | undefined): text is string {
  return text !== undefined && HOST.test(text);
}

/** Whether a browser opens a page here, rather than a program that reads an answer. */
export function asksForPage({
  method,
  accept = '',
}: {
  readonly method: string;
  readonly accept: string | undefined;
}): boolean {
  return (method === 'GET' || method === 'HEAD') && /\btext\/html\b/i.test(accept);
}
