import { CLOSE_CODES, CuepointError } from '@cuepoint/core';
import { HELLO_TIMEOUT_MS, PING_INTERVAL_MS, PINGS_MISSED_MAX, SILENT_MAX_MS } from './limits.ts';
import { helloRequired } from './refusal.ts';
import type { Session } from './session.ts';

/** When it is: durations go by the one, the end of a token by the other. [OPS2] */
export interface Moment {
  readonly monotonicMs: number;
  readonly wallMs: number;
}

/** Ends a session whose time is over, and pings one whose turn it is. [SEC1] [LIV6] */
export function endOverdue(session: Session, { monotonicMs, wallMs }: Moment): void {
  const { greeted, socket } = session;
  if (session.isClosing) return;
  if (!session.hasSentHello) {
    if (monotonicMs - session.openedAtMs < HELLO_TIMEOUT_MS) return;
    session.fail(helloRequired('No hello came in 5 s.'), CLOSE_CODES.timeout);
  } else if (greeted !== undefined && greeted.identity.expiresAtMs <= wallMs) {
    session.fail(
      new CuepointError('unauthenticated', 'The token has expired; renew it before it does.'),
      CLOSE_CODES.unauthenticated,
    );
  } else if (monotonicMs - session.lastHeardAtMs >= SILENT_MAX_MS) {
    session.fail(
      new CuepointError('session_silent', 'Nothing came from this device for 5 minutes.'),
      CLOSE_CODES.timeout,
    );
  } else if (monotonicMs - session.lastPingedAtMs >= PING_INTERVAL_MS) {
    session.lastPingedAtMs = monotonicMs;
    session.pingsMissed += 1;
    // A peer that is gone would not answer a close either.
    if (session.pingsMissed > PINGS_MISSED_MAX) socket.terminate();
    else socket.ping();
  }
}
