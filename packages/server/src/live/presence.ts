import { CLOSE_CODES, CuepointError, type DeviceInfo, type DevicePresence } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import type { Feed } from '../feed/feed.ts';
import type { RoutePersistence } from '../service/parts.ts';
import { isSameRegistration, presenceOf } from './device-presence.ts';
import { LEAVE_GRACE_MS } from './limits.ts';
import { deviceInfoOf, type Greeted, type Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

export interface PresenceDeps {
  readonly channels: UserChannels;
  readonly feed: Feed;
  readonly repository: Pick<SyncRepository, 'loadDevices' | 'isDeviceRevoked' | 'getDevice'>;
  readonly persistence: Pick<RoutePersistence, 'persistDevice' | 'updateDeviceHeartbeat'>;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly onFailed: (error: unknown) => void;
}

/** Who of a user's devices is here: told to the others, kept in the registry. [LIV6] */
export interface Presence {
  /** A session was welcomed. `devices` is the registry as its hello read it. */
  arrived(
    channel: UserChannel,
    session: Session,
    greeted: Greeted,
    devices: readonly DeviceInfo[],
  ): void;
  /** A session ended; `isLeaving` when the device said so, or when it is to count as gone at once. */
  departed(channel: UserChannel, greeted: Greeted, isLeaving: boolean): void;
  heartbeat(session: Session, greeted: Greeted): void;
  /** Tells this instance's sessions and the other instances. */
  announce(userId: string, devices: readonly DevicePresence[], exceptDeviceId?: string): void;
  /** The device was deleted: its sessions end at once. [SEC1] */
  revoked(userId: string, deviceId: string): void;
  /** The same, as another instance tells it. */
  endRevoked(channel: UserChannel, deviceId: string): void;
  /** Devices that were silent for too long, as the registry's maintenance found them. */
  wentStale(
    devices: readonly { readonly userId: string; readonly deviceId: string }[],
  ): Promise<void>;
  /** Reads the registry again: what the feed lost. */
  heal(channel: UserChannel): Promise<void>;
  /** Lets those go whose grace is over. */
  tick(): void;
}

export function createPresence(deps: PresenceDeps): Presence {
  const { channels, feed, repository, persistence, now, onFailed } = deps;
  /** Those with pending leaves. */
  const leaving = new Set<UserChannel>();

  function announce(
    userId: string,
    devices: readonly DevicePresence[],
    exceptDeviceId?: string,
  ): void {
    if (devices.length === 0) return;
    channels.find(userId)?.broadcast({ type: 'presence', devices: [...devices] }, exceptDeviceId);
    feed.publish(userId, { kind: 'presence', devices });
  }

  /** Churn costs no write: a device that is known, unchanged and online is at most a heartbeat. */
  async function register(
    { userId, device }: Greeted,
    known: DeviceInfo | undefined,
  ): Promise<void> {
    const current = deviceInfoOf(device, now(), true);
    if (known !== undefined && isSameRegistration(known, current)) {
      await persistence.updateDeviceHeartbeat(userId, device.deviceId, now());
    } else await persistence.persistDevice(userId, current);
  }

  function endIfRevoked(session: Session, error: unknown): void {
    if (error instanceof CuepointError && error.code === 'device_revoked') {
      session.fail(error, CLOSE_CODES.deviceRevoked);
    } else onFailed(error);
  }

  async function requireUnrevoked(session: Session, { userId, device }: Greeted): Promise<void> {
    if (!(await repository.isDeviceRevoked(userId, device.deviceId))) return;
    session.fail(revokedError(), CLOSE_CODES.deviceRevoked);
  }

  function endRevoked(channel: UserChannel, deviceId: string): void {
    channel.pendingLeaves.delete(deviceId);
    for (const session of channel.sessions) {
      if (session.deviceId === deviceId) session.fail(revokedError(), CLOSE_CODES.deviceRevoked);
    }
  }

  function leave(channel: UserChannel, device: DeviceInfo): void {
    announce(channel.userId, [presenceOf(device, now(), 'offline')]);
    persistence.persistDevice(channel.userId, device).catch((error: unknown) => {
      // A device that was revoked meanwhile is offline already.
      if (!(error instanceof CuepointError && error.code === 'device_revoked')) onFailed(error);
    });
  }

  return {
    announce,
    endRevoked,

    arrived(channel, session, greeted, devices) {
      const { userId, device } = greeted;
      const known = devices.find(({ deviceId }) => deviceId === device.deviceId);
      const isBack = channel.pendingLeaves.delete(device.deviceId);
      channel.elsewhere.delete(device.deviceId);
      const current = deviceInfoOf(device, now(), true);
      const isNews =
        known === undefined ||
        !isSameRegistration(known, current) ||
        (!isBack && presenceOf(known, now()).state === 'offline');
      if (isNews) announce(userId, [presenceOf(current, now())], device.deviceId);
      register(greeted, known).catch((error: unknown) => endIfRevoked(session, error));
    },

    departed(channel, { device }, isLeaving) {
      if (channel.sessionOf(device.deviceId) !== undefined) return;
      if (channel.elsewhere.delete(device.deviceId)) return;
      const info = deviceInfoOf(device, now(), false);
      if (isLeaving) {
        leave(channel, info);
        return;
      }
      channel.pendingLeaves.set(device.deviceId, { device: info, dueAtMs: now() + LEAVE_GRACE_MS });
      leaving.add(channel);
    },

    heartbeat(session, greeted) {
      const { userId, device } = greeted;
      persistence
        .updateDeviceHeartbeat(userId, device.deviceId, now())
        .then(
          (isKnown) => (isKnown ? undefined : requireUnrevoked(session, greeted)),
          (error: unknown) => endIfRevoked(session, error),
        )
        .catch(onFailed);
    },

    revoked(userId, deviceId) {
      const channel = channels.find(userId);
      if (channel !== undefined) endRevoked(channel, deviceId);
      feed.publish(userId, { kind: 'revoked', deviceId });
    },

    async wentStale(devices) {
      for (const { userId, deviceId } of devices) {
        const device = await repository.getDevice(userId, deviceId);
        if (device !== undefined && !device.isOnline) announce(userId, [presenceOf(device, now())]);
      }
    },

    async heal(channel) {
      const devices = await repository.loadDevices(channel.userId);
      channel.broadcast({
        type: 'presence',
        devices: devices.map((device) => presenceOf(device, now())),
      });
      const known = new Set(devices.map(({ deviceId }) => deviceId));
      for (const session of channel.sessions) {
        const { greeted } = session;
        if (greeted !== undefined && !known.has(greeted.device.deviceId)) {
          await requireUnrevoked(session, greeted);
        }
      }
    },

    tick() {
      for (const channel of leaving) {
        for (const [deviceId, { device, dueAtMs }] of channel.pendingLeaves) {
          if (dueAtMs > now()) continue;
          channel.pendingLeaves.delete(deviceId);
          leave(channel, device);
        }
        if (channel.pendingLeaves.size > 0) continue;
        leaving.delete(channel);
        channels.dropIfIdle(channel);
      }
    },
  };
}

function revokedError(): CuepointError {
  return new CuepointError('device_revoked', 'This device was removed; it needs a new id.');
}
