import {
  compareStamps,
  isFinished,
  isSameCut,
  msToDate,
  stampOf,
  type ProgressSetOp,
  type RegisterSetOp,
} from '@cuepoint/core';

/** How far behind a position may be before the one that it replaces is kept. */
const KEPT_BEHIND_SECONDS = 300;

/**
 * What a write takes away and a person may want back: another device's position that it goes back behind, and that was not at
 * the end, or one in another cut, whose seconds are not this one's. The SDK keeps it of its own writes. [CLM8]
 *
 * @returns one place, or none.
 */
export function placesTakenBy(
  op: ProgressSetOp,
  stored: ProgressSetOp | undefined,
  arrivedMs: number,
): readonly RegisterSetOp[] {
  if (stored === undefined || compareStamps(op, stored) <= 0) return [];
  const { contentId, deviceId, positionSeconds, durationSeconds } = stored;
  const isOther = deviceId !== op.deviceId;
  const isBehind =
    isOther && positionSeconds - op.positionSeconds > KEPT_BEHIND_SECONDS && !isFinished(stored);
  // On its own device only an act begins another cut: a timer goes on in the one that plays.
  const isOtherCut =
    !isSameCut(durationSeconds, op.durationSeconds) && (isOther || op.claim === undefined);
  if (!isBehind && !isOtherCut) return [];
  return [
    {
      kind: 'register.set',
      register: 'place',
      key: `${deviceId}/${contentId}`,
      value: {
        positionSeconds,
        durationSeconds,
        at: msToDate(Math.floor(Math.min(stored.timestamp.physical, arrivedMs))),
      },
      ...stampOf(op),
    },
  ];
}
