import { CLOSE_CODES, CuepointError } from '@cuepoint/core';
import type { Feed } from '../feed/feed.ts';
import type { Greeted, Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';

/** A device opened a session on another instance. */
export interface OpenedSession {
  readonly deviceId: string;
  readonly sessionId: string;
  /** By the database's wall clock, in ms since the epoch. */
  readonly joinedAtMs: number;
  /** How long it was open when that was sent, in ms; less than it is by now. */
  readonly openForMs: number;
}

export interface TakeOverDeps {
  readonly feed: Pick<Feed, 'publish'>;
  /** In ms. */
  readonly monotonic: () => number;
}

/** A device has one session, the newest: a welcomed one ends the others of its device, on every instance. */
export function takeOver(
  deps: TakeOverDeps,
  channel: UserChannel,
  session: Session,
  { device: { deviceId } }: Greeted,
): void {
  let isNewer = false;
  // In the order of their hellos.
  for (const other of channel.sessions) {
    if (other === session) isNewer = true;
    else if (other.deviceId !== deviceId) continue;
    else if (!isNewer) endReplaced(other);
    else if (other.isWelcomed && !other.isClosing) {
      endReplaced(session);
      return;
    }
  }
  tellOpened(deps, channel, session, deviceId);
}

/**
 * Of two sessions on two instances the one stays that was opened later, by the database's clock and then
 * by id. The instance of the later one may have spoken before the other listened, so it says so again.
 *
 * That clock may have been set back in between, and then it names the wrong one. So a session that has been open for longer is never taken
 * for the later one. Nothing is published then: each of the two instances would answer the other without end.
 */
export function openedElsewhere(
  deps: TakeOverDeps,
  channel: UserChannel,
  { deviceId, sessionId, joinedAtMs, openForMs }: OpenedSession,
): void {
  for (const session of channel.sessions) {
    if (session.deviceId !== deviceId || session.isClosing) continue;
    if (isOlder(session, sessionId, joinedAtMs)) {
      if (openForMs > deps.monotonic() - session.openedAtMs) return;
      endReplaced(session);
    } else if (session.isWelcomed) {
      tellOpened(deps, channel, session, deviceId);
      return;
    }
  }
  channel.pendingLeaves.delete(deviceId);
  channel.elsewhere.add(deviceId);
}

function isOlder({ id, joinedAtMs }: Session, otherId: string, otherJoinedAtMs: number): boolean {
  // Its hello is still to be read; its instance tells the others then, and hears which is the later.
  if (joinedAtMs === undefined) return false;
  return joinedAtMs === otherJoinedAtMs ? id < otherId : joinedAtMs < otherJoinedAtMs;
}

function tellOpened(
  { feed, monotonic }: TakeOverDeps,
  { userId }: UserChannel,
  { id: sessionId, joinedAtMs, openedAtMs }: Session,
  deviceId: string,
): void {
  if (joinedAtMs === undefined) throw new Error('a session that was welcomed was read');
  const openForMs = monotonic() - openedAtMs;
  feed.publish(userId, { kind: 'session', deviceId, sessionId, joinedAtMs, openForMs });
}

function endReplaced(session: Session): void {
  session.fail(
    new CuepointError('device_replaced', 'A newer session of this device took over.'),
    CLOSE_CODES.deviceReplaced,
  );
}
