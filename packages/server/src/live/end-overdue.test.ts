import { describe, expect, it } from 'vitest';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { endOverdue } from './end-overdue.ts';

const MINUTE_MS = 60_000;

const at = (monotonicMs: number, wallMs = monotonicMs) => ({ monotonicMs, wallMs });

describe('a session whose time is over', () => {
  it('[SEC1] is closed when its hello does not come in 5 s', () => {
    const peer = new ScriptedSession({ openedAtMs: 1_000 });
    endOverdue(peer.session, at(5_999));
    expect(peer.closed).toBeUndefined();
    endOverdue(peer.session, at(6_000));
    expect(peer.closed).toMatchObject({ code: 4408 });
    expect(peer.sent).toMatchObject([{ type: 'error', code: 'hello_required' }]);
  });

  it('[SEC1] is closed at the expiry of its token, not before', () => {
    const peer = new ScriptedSession({ deviceId: 'tv', expiresAtMs: 10_000 });
    endOverdue(peer.session, at(9_999));
    expect(peer.closed).toBeUndefined();
    endOverdue(peer.session, at(10_000));
    expect(peer.closed).toMatchObject({ code: 4401 });
  });

  it('[LIV6] is closed after 5 minutes without a message, whatever it answers to pings', () => {
    const peer = new ScriptedSession({ deviceId: 'tv' });
    for (let nowMs = 0; nowMs < 5 * MINUTE_MS; nowMs += 1_000) {
      endOverdue(peer.session, at(nowMs));
      peer.session.pingsMissed = 0;
    }
    expect(peer.closed).toBeUndefined();
    expect(peer.pings).toBe(9);
    endOverdue(peer.session, at(5 * MINUTE_MS));
    expect(peer.closed).toMatchObject({ code: 4408 });
    expect(peer.sent).toMatchObject([{ type: 'error', code: 'session_silent' }]);
  });

  it('is cut off when it has left two pings without an answer', () => {
    const peer = new ScriptedSession({ deviceId: 'tv' });
    endOverdue(peer.session, at(30_000));
    endOverdue(peer.session, at(60_000));
    endOverdue(peer.session, at(89_999));
    expect({ pings: peer.pings, isTerminated: peer.isTerminated }).toEqual({
      pings: 2,
      isTerminated: false,
    });
    endOverdue(peer.session, at(90_000));
    expect(peer.isTerminated).toBe(true);
  });

  it.each([400_000, -60 * MINUTE_MS])(
    '[OPS2] is neither ended nor left without its pings when the wall clock jumps by %i ms',
    (jumpMs) => {
      const peer = new ScriptedSession({ deviceId: 'tv' });
      for (let nowMs = 0; nowMs < 2 * MINUTE_MS; nowMs += 1_000) {
        endOverdue(peer.session, at(nowMs, nowMs < MINUTE_MS ? nowMs : nowMs + jumpMs));
        peer.session.pingsMissed = 0;
      }
      expect(peer.closed).toBeUndefined();
      expect(peer.pings).toBe(3);
    },
  );

  it('is left alone once it is closing', () => {
    const peer = new ScriptedSession();
    peer.session.isClosing = true;
    endOverdue(peer.session, at(MINUTE_MS));
    expect(peer.closed).toBeUndefined();
  });
});
