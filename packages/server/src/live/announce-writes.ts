import { opToWire, type DevicePresence, type Op, type OpResult } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import type { Feed } from '../feed/feed.ts';
import type { RoutePersistence } from '../service/parts.ts';
import { presenceOf } from './device-presence.ts';
import type { Healer } from './healer.ts';
import type { Presence } from './presence.ts';
import type { UserChannels } from './user-channels.ts';

export interface AnnounceDeps {
  readonly channels: UserChannels;
  readonly feed: Feed;
  readonly presence: Presence;
  readonly healer: Healer;
  readonly repository: Pick<SyncRepository, 'getDevice'>;
  readonly now: () => number;
}

/**
 * The same persistence, which tells the user's screens what has been committed: never before. [LIV1]
 *
 * A `duplicate` is told as well: its first try was committed, and may have died before it told anyone.
 */
export function announceWrites(
  persistence: RoutePersistence,
  { channels, feed, presence, healer, repository, now }: AnnounceDeps,
): RoutePersistence {
  function tell(userId: string, op: Op, origin: string | undefined): void {
    const wire = opToWire(op);
    channels.find(userId)?.deliver(JSON.stringify(wire), origin);
    feed.publish(userId, { kind: 'changes', ops: [wire] });
  }

  function pull(userId: string): void {
    const channel = channels.find(userId);
    if (channel !== undefined) healer.heal(channel);
    feed.publish(userId, { kind: 'pull' });
  }

  return {
    async persistOp(userId, op, options) {
      const result = await persistence.persistOp(userId, op, options);
      if (result.result === 'applied' || result.result === 'duplicate') {
        tell(userId, op, options?.origin);
      } else if (isPartlyStored(op, result)) pull(userId);
      return result;
    },
    async persistDevice(userId, device) {
      await persistence.persistDevice(userId, device);
      presence.announce(userId, [presenceOf(device, now())], device.deviceId);
    },
    updateDeviceHeartbeat: (userId, deviceId, atMs) =>
      persistence.updateDeviceHeartbeat(userId, deviceId, atMs),
    async deleteDevice(userId, deviceId) {
      const device = await repository.getDevice(userId, deviceId);
      const isDeleted = await persistence.deleteDevice(userId, deviceId);
      if (!isDeleted) return false;
      presence.revoked(userId, deviceId);
      const removed: DevicePresence[] =
        device === undefined ? [] : [presenceOf(device, now(), 'removed')];
      presence.announce(userId, removed, deviceId);
      return true;
    },
  };
}

/** Of the tags of a rejected remove some may be stored, and nobody knows which. */
function isPartlyStored(op: Op, { result }: OpResult): boolean {
  return result === 'rejected' && op.kind === 'watchlist.remove' && op.tags.length > 1;
}
