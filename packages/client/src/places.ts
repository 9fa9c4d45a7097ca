import { isSameCut, msToDate, type PlaybackPosition } from '@cuepoint/core';
import type { GivenOp } from './outbox/record-op.ts';
import type { Replica } from './replica/replica.ts';
import { visibleRegister, type ProgressItem } from './replica/view.ts';

/** Where a device was, though the person goes on elsewhere. [CLM8] */
export interface DevicePlace extends Length {
  /** The device that was there. */
  readonly deviceId: string;
  readonly positionSeconds: number;
  /** When it was kept, by the service's clock in ms. */
  readonly atMs: number;
}

interface Length {
  /** 0 is unknown. */
  readonly durationSeconds: number;
}

/** Good for 30 days. */
const LIFETIME_MS = 30 * 24 * 60 * 60_000;
/** What is put back by more than this may be wanted again. */
const BEHIND_SECONDS = 300;
/** From here on it is another place. */
const APART_SECONDS = 60;

/** Whether they are cuts of other lengths: a second of one is not the same second of the other. */
export function areTwoCuts(
  { durationSeconds: a }: Length,
  { durationSeconds: b }: Length,
): boolean {
  return !isSameCut(a, b);
}

/** @param at `undefined` for the moment at which it is written. */
export function placeOp(
  contentId: string,
  deviceId: string,
  { positionSeconds, durationSeconds }: PlaybackPosition,
  atMs?: number,
): GivenOp {
  const at = msToDate(atMs ?? 0);
  return {
    kind: 'register.set',
    register: 'place',
    key: `${deviceId}/${contentId}`,
    value: { positionSeconds, durationSeconds, at },
    ...(atMs === undefined && { isDated: true }),
  };
}

/** Whether what is replaced has to be kept: far behind the place of another device, or another cut by an act. */
export function isLost(
  before: ProgressItem,
  next: PlaybackPosition,
  deviceId: string,
  isAct: boolean,
): boolean {
  if (before.deviceId === deviceId) return isAct && areTwoCuts(before, next);
  return before.positionSeconds - next.positionSeconds > BEHIND_SECONDS || areTwoCuts(before, next);
}

/** Where devices were in a content beside the place that counts, the furthest first. */
export function placesOf(
  replica: Replica,
  contentId: string,
  item: ProgressItem | undefined,
  nowMs: number,
): DevicePlace[] {
  const places: DevicePlace[] = [];
  for (const key of replica.keysOf('place')) {
    const [deviceId = ''] = key.split('/', 1);
    if (key !== `${deviceId}/${contentId}`) continue;
    const op = visibleRegister(replica, 'place', key);
    if (op?.kind !== 'register.set') continue;
    const { positionSeconds, durationSeconds } = { ...(op.value as object | null) } as Length & {
      readonly positionSeconds?: number;
    };
    const atMs = op.timestamp.physical;
    if (positionSeconds === undefined || nowMs - atMs >= LIFETIME_MS) continue;
    const place = { deviceId, positionSeconds, durationSeconds, atMs };
    if (item === undefined || areTwoCuts(item, place) || isElsewhere(item, place))
      places.push(place);
  }
  return places.sort((a, b) => b.positionSeconds - a.positionSeconds);
}

/** What a device said of itself is not its place any more once it counts. */
function isElsewhere(item: ProgressItem, place: DevicePlace): boolean {
  if (item.deviceId === place.deviceId && item.updatedAtMs >= place.atMs) return false;
  return Math.abs(item.positionSeconds - place.positionSeconds) >= APART_SECONDS;
}
