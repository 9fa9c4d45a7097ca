import { engine } from './engine.ts';

/** Posts JSON in a request that outlives the page. Nobody waits for it, and it may be lost. */
export function sendLast(url: string, token: string, body: string): void {
  const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
  // A platform without it, or a page that has too many of them on their way: what waits goes out with the next start.
  engine.fetch?.(url, { method: 'POST', keepalive: true, headers, body }).catch(() => undefined);
}
