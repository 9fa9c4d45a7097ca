import { CLOSE_CODES, CuepointError } from '@cuepoint/core';
import { HELLO_TIMEOUT_MS, PING_INTERVAL_MS, PINGS_MISSED_MAX, SILENT_MAX_MS } from './limits.ts';
import { helloRequired } from './refusal.ts';
import type { Session } from './session.ts';

/** Ends a session whose time is over, and pings one whose turn it is. [SEC1] [LIV6] */
export function endOverdue(session: Session, nowMs: number): void {
  const { greeted, socket } = session;
  if (session.isClosing) return;
  if (!session.hasSentHello) {
    if (nowMs - session.openedAtMs < HELLO_TIMEOUT_MS) return;
    session.fail(helloRequired('No hello came in 5 s.'), CLOSE_CODES.timeout);
  } else if (greeted !== undefined && greeted.identity.expiresAtMs <= nowMs) {
    session.fail(
      new CuepointError('unauthenticated', 'The token has expired; renew it before it does.'),
      CLOSE_CODES.unauthenticated,
    );
  } else if (nowMs - session.lastHeardAtMs >= SILENT_MAX_MS) {
    session.fail(
      new CuepointError('session_silent', 'Nothing came from this device for 5 minutes.'),
      CLOSE_CODES.timeout,
    );
  } else if (nowMs - session.lastPingedAtMs >= PING_INTERVAL_MS) {
    session.lastPingedAtMs = nowMs;
    session.pingsMissed += 1;
    // A peer that is gone would not answer a close either.
    if (session.pingsMissed > PINGS_MISSED_MAX) socket.terminate();
    else socket.ping();
  }
}
