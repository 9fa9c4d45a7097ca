import type { ListedKind } from '../continue-watching/viewer.ts';
import type { Stamp } from '../stamp.ts';
import { timestampToText, type Timestamp } from '../timestamp.ts';
import type { ViewerWrite } from './viewer.ts';

const MINUTE_MS = 60_000;

/** What happens in a case, one minute after another. */
export type Happening = (viewing: Viewing) => void;

/** The writes of a viewer's devices, as they make them: acts, and timers that continue the act before. */
export class Viewing {
  readonly writes: ViewerWrite[] = [];
  nowMs: number;
  readonly #lastByDevice = new Map<string, Timestamp>();
  readonly #actsByDevice = new Map<string, Timestamp>();
  #stepMs = MINUTE_MS;

  constructor(start: string) {
    this.nowMs = Date.parse(start);
  }

  progress(contentId: string, positionSeconds: number, { on, of, isTick }: Write): void {
    const position = { positionSeconds, durationSeconds: of, state: 'playing' as const };
    this.writes.push({ kind: 'progress', contentId, ...position, ...this.#stamp(on, isTick) });
  }

  clear(contentId: string): void {
    this.writes.push({ kind: 'clear', contentId, ...this.#stamp('phone', false) });
  }

  say(kind: ListedKind, contentId: string, value: unknown, on = 'phone', isTick = false): void {
    this.writes.push({ kind, contentId, value, ...this.#stamp(on, isTick) });
  }

  beginAgain(groupId: string): void {
    const stamp = this.#stamp('phone', false);
    const value = { since: timestampToText(stamp.timestamp) };
    this.writes.push({ kind: 'rewatch', contentId: groupId, value, ...stamp });
  }

  /** The next write is at the same moment as the last, on another device maybe. */
  standStill(): void {
    this.#stepMs = 0;
  }

  #stamp(deviceId: string, isTick: boolean): Stamp {
    this.nowMs += this.#stepMs;
    this.#stepMs = MINUTE_MS;
    const last = this.#lastByDevice.get(deviceId);
    const logical = last?.physical === this.nowMs ? last.logical + 1 : 0;
    const timestamp = { physical: this.nowMs, logical };
    this.#lastByDevice.set(deviceId, timestamp);
    const claim = this.#actsByDevice.get(deviceId);
    if (isTick && claim !== undefined) return { timestamp, deviceId, claim };
    this.#actsByDevice.set(deviceId, timestamp);
    return { timestamp, deviceId };
  }
}

interface Write {
  readonly on: string;
  readonly of: number;
  readonly isTick: boolean;
}

interface On {
  readonly on?: string;
  /** The player's length of it. */
  readonly of?: number;
}

/** A person presses play, seeks or pauses. */
export function play(
  contentId: string,
  seconds: number,
  { on = 'phone', of = 0 }: On = {},
): Happening {
  return (viewing) => viewing.progress(contentId, seconds, { on, of, isTick: false });
}

/** It runs on by itself, be it the next one. */
export function runOn(
  contentId: string,
  seconds: number,
  { on = 'phone', of = 0 }: On = {},
): Happening {
  return (viewing) => viewing.progress(contentId, seconds, { on, of, isTick: true });
}

/** It runs to its end by itself: the player crosses it and marks it. */
export function runOut(
  contentId: string,
  seconds: number,
  { on = 'phone', of = 0 }: On = {},
): Happening {
  return (viewing) => {
    runOn(contentId, seconds, { on, of })(viewing);
    viewing.say('watched', contentId, { at: null }, on, true);
  };
}

/** Watched from begin to end. */
export function see(contentId: string, seconds: number, where: On = {}): Happening {
  return (viewing) => {
    play(contentId, 0, where)(viewing);
    runOut(contentId, seconds, where)(viewing);
  };
}

export function forget(contentId: string): Happening {
  return (viewing) => viewing.clear(contentId);
}

export function mark(contentId: string): Happening {
  return (viewing) => viewing.say('watched', contentId, { at: null });
}

export function unmark(contentId: string): Happening {
  return (viewing) => viewing.say('watched', contentId, null);
}

export function dismiss(groupId: string): Happening {
  return (viewing) => viewing.say('dismissed', groupId, true);
}

export function restore(groupId: string): Happening {
  return (viewing) => viewing.say('dismissed', groupId, null);
}

export function rewatch(groupId: string): Happening {
  return (viewing) => viewing.beginAgain(groupId);
}

export function endRewatch(groupId: string): Happening {
  return (viewing) => viewing.say('rewatch', groupId, null);
}

/** Nothing happens until then. */
export function until(date: string): Happening {
  return (viewing) => {
    viewing.nowMs = Math.max(viewing.nowMs, Date.parse(date));
  };
}

export function atOnce(): Happening {
  return (viewing) => viewing.standStill();
}
