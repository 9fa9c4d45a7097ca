import {
  CLOSE_CODES,
  CuepointError,
  isCuepointError,
  type DeviceInfo,
  type DevicePresence,
} from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import pLimit from 'p-limit';
import type { Feed } from '../feed/feed.ts';
import type { RoutePersistence } from '../service/parts.ts';
import { createDeviceNews } from './device-news.ts';
import { isOnlineAt, isSameRegistration, presenceOf } from './device-presence.ts';
import { LEAVE_GRACE_MS, LEAVES_AT_ONCE_MAX, SEEN_RECENTLY_MS } from './limits.ts';
import { deviceInfoOf, type Greeted, type Session } from './session.ts';
import { createTurns } from './turns.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

export interface PresenceDeps {
  readonly channels: UserChannels;
  readonly feed: Feed;
  readonly repository: Pick<
    SyncRepository,
    'loadDevices' | 'isDeviceRevoked' | 'getDevice' | 'readWriteContext'
  >;
  readonly persistence: Pick<RoutePersistence, 'persistDevice' | 'updateDeviceHeartbeat'>;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  /** Monotonic, in ms: for durations. [OPS2] */
  readonly monotonic: () => number;
  readonly onFailed: (error: unknown) => void;
}

/**
 * Who of a user's devices is here: told to the others, kept in the registry. [LIV6]
 *
 * Others are told once the registry has it, so that whoever reads it later knows no less. What is done about
 * one device on this instance is done in order; what another instance says of a device that is here, and is
 * not so, is answered.
 */
export interface Presence {
  /** A session was welcomed. `devices` is the registry as its hello read it. */
  arrived(
    channel: UserChannel,
    session: Session,
    greeted: Greeted,
    devices: readonly DeviceInfo[],
  ): void;
  /** A session ended; `isLeaving` when the device said so. */
  departed(channel: UserChannel, greeted: Greeted, isLeaving: boolean): void;
  heartbeat(session: Session, greeted: Greeted): void;
  /** Tells this instance's sessions and the other instances; never the device itself. */
  announce(userId: string, device: DevicePresence): void;
  /** What another instance says of devices. */
  heard(channel: UserChannel, devices: readonly DevicePresence[]): void;
  /** The device was deleted: its sessions end at once. [SEC1] */
  revoked(userId: string, deviceId: string): void;
  /** Ends those of these sessions whose device or user is gone: the database is asked. [SEC5] */
  endGone(sessions: Iterable<Session>): void;
  /** Devices that were silent for too long, as the registry's maintenance found them. */
  wentStale(
    devices: readonly { readonly userId: string; readonly deviceId: string }[],
  ): Promise<void>;
  /** Reads the registry again: what the feed lost. */
  heal(channel: UserChannel): Promise<void>;
  /** Lets those go whose grace is over. */
  tick(): void;
  /** Resolves when nothing is on its way to the registry. Whose grace runs is expected back elsewhere. */
  stop(): Promise<void>;
}

export function createPresence(deps: PresenceDeps): Presence {
  const { channels, feed, repository, persistence, now, monotonic, onFailed } = deps;
  /** Those with pending leaves. */
  const leaving = new Set<UserChannel>();
  const turns = createTurns();
  const leaves = pLimit(LEAVES_AT_ONCE_MAX);
  const news = createDeviceNews(deps);

  function inTurn(userId: string, deviceId: string, work: () => Promise<void>): void {
    void turns.take(`${userId} ${deviceId}`, () => work().catch(onFailed));
  }

  function inTurnOf(session: Session, work: (session: Session) => Promise<void>): void {
    const { greeted } = session;
    if (greeted !== undefined) inTurn(greeted.userId, greeted.device.deviceId, () => work(session));
  }

  async function settleIn(session: Session, known: DeviceInfo | undefined): Promise<void> {
    const { greeted } = session;
    if (greeted === undefined) return;
    const isNoNews =
      known !== undefined &&
      isOnlineAt(known, now()) &&
      isSameRegistration(known, deviceInfoOf(greeted.device, now(), true));
    if (!isNoNews) await register(session);
    // Churn costs no write.
    else if (now() - known.lastSeenMs >= SEEN_RECENTLY_MS) await beat(session, greeted);
  }

  /** Puts the session's device into the registry, online, and tells the others. */
  async function register(session: Session): Promise<void> {
    const { greeted } = session;
    if (greeted === undefined || session.isClosing) return;
    const { userId, device } = greeted;
    try {
      await persistence.persistDevice(userId, deviceInfoOf(device, now(), true));
      // It was removed meanwhile, or it left, which is told in its turn.
      if (session.isClosing && !(await isRegistered(greeted))) return;
    } catch (error) {
      if (endIfRevoked(session, error)) return;
      // Its next heartbeat tries again; until then it is here nevertheless.
      onFailed(error);
    }
    announce(userId, presenceOf(deviceInfoOf(device, now(), true), now()));
  }

  async function isRegistered({ userId, device }: Greeted): Promise<boolean> {
    return (await repository.getDevice(userId, device.deviceId)) !== undefined;
  }

  async function beat(session: Session, { userId, device }: Greeted): Promise<void> {
    const isKnown = await persistence.updateDeviceHeartbeat(userId, device.deviceId, now());
    if (!isKnown) inTurnOf(session, mendMissing);
  }

  /** A device that is here and not in the registry: removed, erased with its user, or not registered yet. */
  async function mendMissing(session: Session): Promise<void> {
    await endIfGone(session);
    await register(session);
  }

  async function endIfGone(session: Session): Promise<void> {
    const { greeted } = session;
    if (greeted === undefined || session.isClosing) return;
    const { userId, device } = greeted;
    if (await repository.isDeviceRevoked(userId, device.deviceId)) {
      session.fail(revokedError(), CLOSE_CODES.deviceRevoked);
    } else if (await wasErasedSince(userId, session)) {
      session.fail(
        new CuepointError('user_erased', 'The user was erased.'),
        CLOSE_CODES.userErased,
      );
    }
  }

  async function wasErasedSince(
    userId: string,
    { openedAtMs, joinedAtMs }: Session,
  ): Promise<boolean> {
    // Of whichever content: the erasure is the user's.
    const { erasureFloor } = await repository.readWriteContext(userId, 'any');
    // It is by the clock of the service or of the database, whichever was behind. [HLC4]
    const openedMs = now() - (monotonic() - openedAtMs);
    const sinceMs = Math.min(openedMs, joinedAtMs ?? openedMs);
    return erasureFloor !== undefined && erasureFloor.physical >= sinceMs;
  }

  /** @param isCertain the device said so itself. */
  async function leave(userId: string, device: DeviceInfo, isCertain: boolean): Promise<void> {
    const { deviceId, lastSeenMs } = device;
    let left = device;
    if (sessionOf(userId, deviceId) !== undefined) return;
    try {
      const stored = await repository.getDevice(userId, deviceId);
      // Removed, or erased with its user: there is nobody who could leave.
      if (stored === undefined) return;
      // It was lost here, and seen elsewhere since.
      if (!isCertain && stored.lastSeenMs > lastSeenMs) return;
      left = { ...stored, lastSeenMs: Math.max(stored.lastSeenMs, lastSeenMs), isOnline: false };
      if (stored.isOnline) await persistence.persistDevice(userId, left);
    } catch (error) {
      if (isCuepointError(error, 'device_revoked')) return;
      onFailed(error);
    }
    const back = sessionOf(userId, deviceId);
    if (back === undefined) announce(userId, presenceOf(left, now(), 'offline'));
    else await register(back);
  }

  function startLeave(userId: string, device: DeviceInfo, isCertain: boolean): void {
    inTurn(userId, device.deviceId, () => leaves(() => leave(userId, device, isCertain)));
  }

  function sessionOf(userId: string, deviceId: string): Session | undefined {
    return channels.find(userId)?.sessionOf(deviceId);
  }

  function endIfRevoked(session: Session, error: unknown): boolean {
    if (!isCuepointError(error, 'device_revoked')) return false;
    session.fail(error, CLOSE_CODES.deviceRevoked);
    return true;
  }

  function endRevoked(channel: UserChannel, deviceId: string): void {
    channel.pendingLeaves.delete(deviceId);
    for (const session of channel.sessions) {
      if (session.deviceId === deviceId) session.fail(revokedError(), CLOSE_CODES.deviceRevoked);
    }
  }

  const { announce } = news;
  return {
    announce,

    arrived(channel, session, greeted, devices) {
      const { deviceId } = greeted.device;
      channel.pendingLeaves.delete(deviceId);
      channel.elsewhere.delete(deviceId);
      const known = news.introduce(channel, session, devices).catch((error: unknown) => {
        onFailed(error);
        return undefined;
      });
      inTurnOf(session, async () => settleIn(session, await known));
    },

    departed(channel, greeted, isLeaving) {
      const { deviceId } = greeted.device;
      if (channel.sessionOf(deviceId) !== undefined) return;
      if (channel.elsewhere.delete(deviceId)) return;
      const device = deviceInfoOf(greeted.device, now(), false);
      if (isLeaving) {
        startLeave(channel.userId, device, true);
        return;
      }
      channel.pendingLeaves.set(deviceId, { device, dueAtMs: monotonic() + LEAVE_GRACE_MS });
      leaving.add(channel);
    },

    endGone(sessions) {
      // Not in turn: a registration that hangs must not keep a removed device.
      for (const session of sessions) endIfGone(session).catch(onFailed);
    },

    heartbeat(session, greeted) {
      beat(session, greeted).catch(onFailed);
    },

    heard(channel, devices) {
      for (const device of devices) {
        const session = device.state === 'offline' ? channel.sessionOf(device.deviceId) : undefined;
        if (session === undefined) news.tell(channel, device);
        else inTurnOf(session, register);
      }
    },

    revoked(userId, deviceId) {
      const channel = channels.find(userId);
      if (channel !== undefined) endRevoked(channel, deviceId);
      feed.publish(userId, { kind: 'revoked', deviceId });
    },

    async wentStale(devices) {
      for (const { userId, deviceId } of devices) {
        const channel = channels.find(userId);
        const session = channel?.sessionOf(deviceId);
        if (session !== undefined) inTurnOf(session, register);
        else if (channel !== undefined || !feed.isAlone) {
          const device = await repository.getDevice(userId, deviceId);
          const isOffline = device !== undefined && !device.isOnline;
          if (isOffline) announce(userId, presenceOf(device, now()));
        }
      }
    },

    async heal(channel) {
      const watched = [...channel.sessions].filter(({ isWelcomed }) => isWelcomed);
      const devices = await news.introduceAgain(channel);
      const byId = new Map(devices.map((device) => [device.deviceId, device]));
      for (const session of watched) {
        const row = byId.get(session.deviceId ?? '');
        if (row === undefined) inTurnOf(session, mendMissing);
        else if (!isOnlineAt(row, now())) inTurnOf(session, register);
      }
    },

    tick() {
      for (const channel of leaving) {
        for (const [deviceId, { device, dueAtMs }] of channel.pendingLeaves) {
          if (dueAtMs > monotonic()) continue;
          channel.pendingLeaves.delete(deviceId);
          startLeave(channel.userId, device, false);
        }
        if (channel.pendingLeaves.size > 0) continue;
        leaving.delete(channel);
        channels.dropIfIdle(channel);
      }
    },

    stop: () => turns.whenNone(),
  };
}

function revokedError(): CuepointError {
  return new CuepointError('device_revoked', 'This device was removed; it needs a new id.');
}
