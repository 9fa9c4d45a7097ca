import type { ListedKind } from '../continue-watching/viewer.ts';
import { compareTimestamps, timestampToText, type Timestamp } from '../timestamp.ts';
import type { ViewerWrite } from './viewer.ts';

const MINUTE_MS = 60_000;

/** What happens in a case, one minute after another. */
export type Happening = (viewing: Viewing) => void;

/** The writes of a viewer's devices, as they make them: acts, and timers that continue the act before. */
export class Viewing {
  readonly writes: ViewerWrite[] = [];
  readonly #acts = new Map<string, Timestamp>();
  nowMs: number;

  constructor(start: string) {
    this.nowMs = Date.parse(start);
  }

  progress(
    contentId: string,
    positionSeconds: number,
    { device = 'phone', isTick = false, durationSeconds = 0 },
  ): void {
    const kind = 'progress' as const;
    const position = { positionSeconds, durationSeconds, state: 'playing' as const };
    this.writes.push({ kind, contentId, ...position, ...this.#stamp(device, isTick) });
  }

  clear(contentId: string): void {
    this.writes.push({ kind: 'clear', contentId, ...this.#stamp('phone', false) });
  }

  say(
    kind: ListedKind,
    contentId: string,
    value: unknown,
    { device = 'phone', isTick = false } = {},
  ): void {
    this.writes.push({ kind, contentId, value, ...this.#stamp(device, isTick) });
  }

  #stamp(deviceId: string, isTick: boolean) {
    this.nowMs += MINUTE_MS;
    const timestamp = { physical: this.nowMs, logical: 0 };
    const claim = this.#acts.get(deviceId);
    if (isTick && claim !== undefined && compareTimestamps(claim, timestamp) < 0) {
      return { timestamp, deviceId, claim };
    }
    this.#acts.set(deviceId, timestamp);
    return { timestamp, deviceId };
  }
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
  return (viewing) => viewing.progress(contentId, seconds, { device: on, durationSeconds: of });
}

/** It runs on by itself, be it the next one. */
export function runOn(
  contentId: string,
  seconds: number,
  { on = 'phone', of = 0 }: On = {},
): Happening {
  return (viewing) =>
    viewing.progress(contentId, seconds, { device: on, durationSeconds: of, isTick: true });
}

/** It runs to its end by itself: the player crosses it and marks it. */
export function runOut(
  contentId: string,
  seconds: number,
  { on = 'phone', of = 0 }: On = {},
): Happening {
  return (viewing) => {
    runOn(contentId, seconds, { on, of })(viewing);
    viewing.say('watched', contentId, { at: null }, { device: on, isTick: true });
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
  return (viewing) => {
    const since = timestampToText({ physical: viewing.nowMs + MINUTE_MS, logical: 0 });
    viewing.say('rewatch', groupId, { since });
  };
}

export function endRewatch(groupId: string): Happening {
  return (viewing) => viewing.say('rewatch', groupId, null);
}

/** Nothing happens until then. */
export function until(date: string): Happening {
  return (viewing) => {
    viewing.nowMs = Date.parse(date);
  };
}
