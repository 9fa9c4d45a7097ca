import { opToWire, type DeviceInfo, type Op, type OpResult } from '@cuepoint/core';
import type { SyncRepository } from '@cuepoint/store';
import { LATE_CHANGE_MS, type Feed } from '../feed/feed.ts';
import type { RoutePersistence } from '../service/parts.ts';
import { isOnlineAt, isSameRegistration, presenceOf } from './device-presence.ts';
import type { Healer } from './healer.ts';
import type { OpWatchers } from './op-watchers.ts';
import type { Presence } from './presence.ts';
import type { UserChannels } from './user-channels.ts';

export interface AnnounceDeps {
  readonly channels: UserChannels;
  readonly watchers: OpWatchers;
  readonly feed: Feed;
  readonly presence: Pick<Presence, 'announce' | 'revoked'>;
  readonly healer: Pick<Healer, 'heal'>;
  readonly repository: Pick<SyncRepository, 'getDevice'>;
  readonly now: () => number;
  /** Monotonic, in ms: for durations. [OPS2] */
  readonly monotonic: () => number;
}

/**
 * The same persistence, which tells the user's screens what has been committed: never before. [LIV1]
 *
 * A `duplicate` is told as well: its first try was committed, and may have died before it told anyone. An add that
 * is told late, by a process that stood still, say, may have been removed meanwhile, and a device may have let go of the
 * tombstone: such a change is pulled instead, with all that became of it.
 */
export function announceWrites(
  persistence: RoutePersistence,
  { channels, watchers, feed, presence, healer, repository, now, monotonic }: AnnounceDeps,
): RoutePersistence {
  function tell(userId: string, op: Op, origin: string | undefined): void {
    if (hearsNobody(userId)) return;
    const wire = opToWire(op);
    channels.find(userId)?.deliver(JSON.stringify(wire), origin);
    feed.publish(userId, { kind: 'changes', ops: [wire] });
  }

  /** A superseded op is told to nobody else: it changed nothing. */
  function show(userId: string, op: Op, result: OpResult, isPassive: boolean): void {
    watchers.tell(userId, {
      op: opToWire(op),
      result: result.result,
      ...('code' in result ? { code: result.code } : {}),
      ...('winner' in result && result.winner !== undefined
        ? { winner: opToWire(result.winner) }
        : {}),
      isPassive,
      isFromElsewhere: false,
    });
  }

  function pull(userId: string): void {
    const channel = channels.find(userId);
    if (channel !== undefined) healer.heal(channel);
    feed.publish(userId, { kind: 'pull' });
  }

  function hearsNobody(userId: string): boolean {
    return feed.isAlone && channels.find(userId) === undefined;
  }

  /** What the others know of a device; undefined also where nobody hears, or it cannot be read. */
  async function knownDevice(userId: string, deviceId: string): Promise<DeviceInfo | undefined> {
    if (hearsNobody(userId)) return undefined;
    // The write says whether the database is away.
    return repository.getDevice(userId, deviceId).catch(() => undefined);
  }

  return {
    async persistOp(userId, op, options) {
      const startedAtMs = monotonic();
      const result = await persistence.persistOp(userId, op, options);
      const isStored = result.result === 'applied' || result.result === 'duplicate';
      const isLate = isStored && monotonic() - startedAtMs >= LATE_CHANGE_MS;
      if (isLate || isPartlyStored(op, result)) pull(userId);
      else if (isStored) tell(userId, op, options?.origin);
      if (watchers.isWatched(userId)) show(userId, op, result, options?.passive === true);
      return result;
    },

    async persistDevice(userId, device) {
      const known = await knownDevice(userId, device.deviceId);
      await persistence.persistDevice(userId, device);
      const isNoNews =
        known !== undefined && isOnlineAt(known, now()) && isSameRegistration(known, device);
      if (!isNoNews) presence.announce(userId, presenceOf(device, now()));
    },

    /** Tells of a device that was offline and is heard over HTTP again. [LIV6] */
    async updateDeviceHeartbeat(userId, deviceId, atMs) {
      const known = await knownDevice(userId, deviceId);
      const isRegistered = await persistence.updateDeviceHeartbeat(userId, deviceId, atMs);
      if (known === undefined || isOnlineAt(known, now())) return isRegistered;
      const device = await knownDevice(userId, deviceId);
      if (device !== undefined && isOnlineAt(device, now())) {
        presence.announce(userId, presenceOf(device, now()));
      }
      return isRegistered;
    },

    async deleteDevice(userId, deviceId) {
      const device = await repository.getDevice(userId, deviceId);
      const isDeleted = await persistence.deleteDevice(userId, deviceId);
      if (!isDeleted) return false;
      presence.revoked(userId, deviceId);
      if (device !== undefined) presence.announce(userId, presenceOf(device, now(), 'removed'));
      return true;
    },
  };
}

/** Of the tags of a rejected remove some may be stored, and nobody knows which. */
function isPartlyStored(op: Op, { result }: OpResult): boolean {
  return result === 'rejected' && op.kind === 'watchlist.remove' && op.tags.length > 1;
}
