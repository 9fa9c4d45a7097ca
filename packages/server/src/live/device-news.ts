import type { DeviceInfo, DevicePresence } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import type { Feed } from '../feed/feed.ts';
import { completeDevice, presenceOf, registrationOf } from './device-presence.ts';
import { DEVICE_READS_MAX } from './limits.ts';
import { deviceInfoOf, type Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

export interface DeviceNewsDeps {
  readonly channels: UserChannels;
  readonly feed: Feed;
  readonly repository: Pick<SyncRepository, 'loadDevices'>;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

/**
 * Tells sessions which devices their user has: a whole list first and after a gap, in between each change.
 *
 * A list holds the session's own device, a change never does: so a client knows a list, and forgets what is
 * not in it. What changes between the read of a list and its sending makes it be read again. [LIV6]
 */
export interface DeviceNews {
  /**
   * Sends a session its first list, which completes what it said of its own device.
   *
   * @param read the registry as its hello found it.
   * @returns its own device in the registry.
   */
  introduce(
    channel: UserChannel,
    session: Session,
    read: readonly DeviceInfo[],
  ): Promise<DeviceInfo | undefined>;
  /** Reads the registry, and sends every session the list anew. @returns the registry. */
  introduceAgain(channel: UserChannel): Promise<readonly DeviceInfo[]>;
  /** Tells this instance's sessions and the other instances. */
  readonly announce: (userId: string, device: DevicePresence) => void;
  /** Tells this instance's sessions. */
  tell(channel: UserChannel, device: DevicePresence): void;
}

export function createDeviceNews({ channels, feed, repository, now }: DeviceNewsDeps): DeviceNews {
  /** Those that have a list, and get what changes in it. */
  const introduced = new WeakSet<Session>();
  /** Those that have none, and for which something changed since they were greeted. */
  const outdated = new WeakSet<Session>();

  async function readCurrent(
    userId: string,
    sessions: readonly Session[],
  ): Promise<readonly DeviceInfo[]> {
    for (let reads = 1; ; reads += 1) {
      for (const session of sessions) outdated.delete(session);
      const devices = await repository.loadDevices(userId);
      const isCurrent = !sessions.some((session) => outdated.has(session));
      if (isCurrent || reads >= DEVICE_READS_MAX) return devices;
    }
  }

  function sendList(
    channel: UserChannel,
    sessions: readonly Session[],
    devices: readonly DeviceInfo[],
  ): void {
    const message = JSON.stringify({ type: 'presence', devices: listOf(channel, devices) });
    for (const session of sessions) {
      if (session.isClosing) continue;
      introduced.add(session);
      session.socket.sendText(message);
    }
  }

  /** What has a session here is online, whatever the registry says. */
  function listOf(channel: UserChannel, devices: readonly DeviceInfo[]): DevicePresence[] {
    const nowMs = now();
    const here = new Map<string, DeviceInfo>();
    for (const { greeted, isWelcomed, isClosing } of channel.sessions) {
      if (greeted === undefined || !isWelcomed || isClosing) continue;
      here.set(greeted.device.deviceId, deviceInfoOf(greeted.device, nowMs, true));
    }
    const others = devices.filter(({ deviceId }) => !here.has(deviceId));
    return [...others, ...here.values()].map((device) => presenceOf(device, nowMs));
  }

  function tell(channel: UserChannel, device: DevicePresence): void {
    let text: string | undefined;
    for (const session of channel.sessions) {
      if (session.isClosing) continue;
      if (!introduced.has(session)) outdated.add(session);
      else if (session.deviceId === device.deviceId) adopt(session, device);
      // One that fell behind is introduced again when it has caught up.
      else if (session.phase !== 'behind') {
        text ??= JSON.stringify({ type: 'presence', devices: [device] });
        session.socket.sendText(text);
      }
    }
  }

  /** What a device says of itself can be changed over HTTP. */
  function adopt(session: Session, device: DevicePresence): void {
    const { greeted } = session;
    if (greeted === undefined || device.state !== 'online') return;
    session.greeted = { ...greeted, device: registrationOf(device) };
  }

  return {
    tell,

    async introduce(channel, session, read) {
      const { userId } = channel;
      const devices = outdated.has(session) ? await readCurrent(userId, [session]) : read;
      const known = devices.find(({ deviceId }) => deviceId === session.deviceId);
      if (session.greeted !== undefined) {
        const device = completeDevice(session.greeted.device, known);
        session.greeted = { ...session.greeted, device };
      }
      sendList(channel, [session], devices);
      return known;
    },

    async introduceAgain(channel) {
      const sessions = [...channel.sessions].filter(({ isWelcomed }) => isWelcomed);
      for (const session of sessions) introduced.delete(session);
      const devices = await readCurrent(channel.userId, sessions);
      const keepingUp = sessions.filter(({ phase }) => phase !== 'behind');
      sendList(channel, keepingUp, devices);
      return devices;
    },

    announce(userId, device) {
      const channel = channels.find(userId);
      if (channel !== undefined) tell(channel, device);
      feed.publish(userId, { kind: 'presence', devices: [device] });
    },
  };
}
