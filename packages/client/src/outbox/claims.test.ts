import type { Timestamp } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { ageOfAct } from './claims.ts';
import type { OutboxEntry } from './outbox-entry.ts';

const WALL_MS = 1_000_000;
const ACT: Timestamp = { physical: 5_000, logical: 0 };

function entry(more: Partial<OutboxEntry> = {}, claim?: Timestamp): OutboxEntry {
  return {
    id: 'a',
    op: {
      kind: 'progress.set',
      contentId: 'film',
      positionSeconds: 1,
      durationSeconds: 2,
      state: 'playing',
      timestamp: claim === undefined ? ACT : { physical: 9_000, logical: 0 },
      ...(claim && { claim }),
      deviceId: 'tv',
    },
    userId: 'ada',
    shownUserId: undefined,
    wallMs: WALL_MS,
    serviceMs: undefined,
    notBeforeMs: 0,
    seen: undefined,
    sends: 0,
    state: 'unsent',
    code: undefined,
    ...more,
  };
}

describe('[CLM6] how long ago the act of a claim was', () => {
  const later = WALL_MS + 30_000;

  it('is told of one that waits at a time that nobody has measured, be it folded or not', () => {
    expect(ageOfAct(ACT, [entry()], [], later)).toBe(30_000);
    expect(ageOfAct(ACT, [], [entry()], later)).toBe(30_000);
    expect(ageOfAct(ACT, [entry({ claimAgeMs: 20_000 }, ACT)], [], later)).toBe(50_000);
    // A report at a measured time, of an act at a time that nobody has measured.
    expect(ageOfAct(ACT, [entry({ claimAgeMs: 20_000, serviceMs: 7 }, ACT)], [], later)).toBe(
      50_000,
    );
  });

  it('is not asked of one whose time is measured: its claim stays, whatever the clock of the device says now', () => {
    expect(ageOfAct(ACT, [entry({ serviceMs: 5_000 })], [], later)).toBeUndefined();
    expect(ageOfAct(ACT, [entry({ serviceMs: 9_000 }, ACT)], [], later)).toBeUndefined();
  });

  it('is not asked of one that was sent, of another act, nor of none', () => {
    expect(ageOfAct(ACT, [], [], later)).toBeUndefined();
    expect(ageOfAct(ACT, [], [entry({ state: 'inFlight' })], later)).toBeUndefined();
    expect(ageOfAct({ physical: 4_000, logical: 0 }, [entry()], [entry()], later)).toBeUndefined();
  });
});
