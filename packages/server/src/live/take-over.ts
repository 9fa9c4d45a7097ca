import { CLOSE_CODES, CuepointError } from '@cuepoint/core';
import type { Feed } from '../feed/feed.ts';
import type { Greeted, Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';

/** A device opened a session on another instance. */
export interface OpenedSession {
  readonly deviceId: string;
  readonly sessionId: string;
  /** By the wall clock of that instance, in ms since the epoch. */
  readonly openedAtMs: number;
}

/** A device has one session, the newest: a welcomed one ends the others of its device, on every instance. */
export function takeOver(
  feed: Feed,
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
  tellOpened(feed, channel, session, deviceId);
}

/**
 * Of two sessions that open at one time on two instances the later stays, by the instances' clocks and then
 * by id. The instance of the later one may have spoken before the other listened, so it says so again.
 */
export function openedElsewhere(
  feed: Feed,
  channel: UserChannel,
  { deviceId, sessionId, openedAtMs }: OpenedSession,
): void {
  for (const session of channel.sessions) {
    if (session.deviceId !== deviceId || session.isClosing) continue;
    const isOlder =
      session.openedAtMs === openedAtMs ? session.id < sessionId : session.openedAtMs < openedAtMs;
    if (isOlder) endReplaced(session);
    else if (session.isWelcomed) {
      tellOpened(feed, channel, session, deviceId);
      return;
    }
  }
  channel.pendingLeaves.delete(deviceId);
  channel.elsewhere.add(deviceId);
}

function tellOpened(
  feed: Feed,
  { userId }: UserChannel,
  { id: sessionId, openedAtMs }: Session,
  deviceId: string,
): void {
  feed.publish(userId, { kind: 'session', deviceId, sessionId, openedAtMs });
}

function endReplaced(session: Session): void {
  session.fail(
    new CuepointError('device_replaced', 'A newer session of this device took over.'),
    CLOSE_CODES.deviceReplaced,
  );
}
