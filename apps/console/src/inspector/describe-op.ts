import type { Explanation, OpLine, TailedOp } from './tail-line.ts';

/** What an op does, in words. */
export function describeOp(op: TailedOp): string {
  switch (op.kind) {
    case 'watchlist.add':
      return 'adds to the watchlist';
    case 'watchlist.remove':
      return op.tags?.length === 1
        ? 'removes one tag from the watchlist'
        : `removes ${op.tags?.length ?? 0} tags from the watchlist`;
    case 'progress.set':
      return `${op.state ?? 'is'} at ${clockOf(op.positionSeconds ?? 0)} of ${durationOf(op)}`;
    case 'progress.clear':
      return 'clears the progress';
    case 'register.set':
      return op.value === null
        ? `clears ${op.register ?? 'a register'}`
        : `sets ${op.register ?? 'a register'}`;
    case 'play.add':
      return 'adds a play';
    case 'play.remove':
      return op.playIds?.length === 1
        ? 'removes a play'
        : `removes ${op.playIds?.length ?? 0} plays`;
  }
}

/** Which write won, and why, in one sentence. */
export function explainResult({ result, code, op, explanation }: OpLine): string {
  if (result === 'rejected') return `Refused: ${code ?? 'for no known reason'}. Nothing changed.`;
  if (result === 'duplicate') return 'This very op was stored before. Nothing changed.';
  if (explanation === undefined) {
    return result === 'applied' ? 'Stored.' : 'Something greater is stored.';
  }
  const { other, by } = explanation;
  if (by === 'removed') {
    return `Lost: ${other.deviceId} had removed this tag, and a removed tag stays removed.`;
  }
  const reason = reasonOf(explanation, op.deviceId ?? '');
  return explanation.isWon
    ? `Won over the write of ${other.deviceId}: ${reason}.`
    : `Lost to the write of ${other.deviceId}: ${reason}.`;
}

function reasonOf({ by, aheadMs, isWon, other }: Explanation, deviceId: string): string {
  switch (by) {
    case 'claim':
      return `a person did something ${isWon ? 'here' : 'there'} ${spanOf(aheadMs)} later`;
    case 'physical':
      return `${isWon ? 'its' : 'that'} clock reads ${spanOf(aheadMs)} later`;
    case 'counter':
      return `the same millisecond, and ${isWon ? 'its' : 'that'} counter is greater`;
    case 'deviceId': {
      const [winner, loser] = isWon ? [deviceId, other.deviceId] : [other.deviceId, deviceId];
      return `the same timestamp, and ${winner} sorts after ${loser}`;
    }
    case 'passive':
      return "a timer's report never takes over from another device";
    case 'removed':
      return 'it was removed';
  }
}

/** A span as people say it: 12 ms, 1.5 s, 3 min, 2 h, 5 d. */
export function spanOf(ms: number): string {
  if (ms < 1_000) return `${Math.round(ms)} ms`;
  const units = [
    ['s', 1_000, 60_000],
    ['min', 60_000, 3_600_000],
    ['h', 3_600_000, 86_400_000],
    ['d', 86_400_000, Number.POSITIVE_INFINITY],
  ] as const;
  const [unit, size] = units.find(([, , end]) => ms < end) ?? units[3];
  const count = ms / size;
  return `${count < 10 ? Math.round(count * 10) / 10 : Math.round(count)} ${unit}`;
}

/** A position as players show it: 1:16:30, 4:05. */
export function clockOf(seconds: number): string {
  const [hours, minutes, rest] = [
    Math.floor(seconds / 3_600),
    Math.floor((seconds % 3_600) / 60),
    seconds % 60,
  ];
  const two = (value: number) => String(value).padStart(2, '0');
  return hours > 0 ? `${hours}:${two(minutes)}:${two(rest)}` : `${minutes}:${two(rest)}`;
}

function durationOf({ durationSeconds = 0 }: TailedOp): string {
  return durationSeconds === 0 ? 'an unknown length' : clockOf(durationSeconds);
}
