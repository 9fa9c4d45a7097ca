import { ERROR_CODES, OP_KINDS, type ErrorCode } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { ENTRY_STEPS, eventOfRejection, type EntryEvent } from './entry-machine.ts';
import type { EntryState } from './outbox-entry.ts';

/** Every state by every event; `·`: it cannot happen, or changes nothing. */
const EXPECTED = `
               unsent    inFlight    unanswered  dead
  send         inFlight  ·           inFlight    ·
  settled      gone      gone        gone        gone
  failed       ·         unanswered  ·           ·
  lost         ·         unanswered  ·           ·
  restamp      unsent    unsent      unsent      ·
  remint       unsent    unsent      unsent      ·
  refused      dead      dead        dead        ·
  retry        ·         ·           ·           unsent
  discard      ·         ·           ·           gone
  fold         gone      ·           ·           ·
`;

const [states = [], ...lines] = EXPECTED.trim()
  .split('\n')
  .map((line) => line.trim().split(/\s+/));
const CASES = lines.flatMap(([event = '', ...steps]) =>
  states.map((state, index) => [state, event, steps[index]] as [EntryState, EntryEvent, string]),
);

describe('an entry of the outbox', () => {
  it('has a row for each event, and a column for each state', () => {
    const all = Object.entries(ENTRY_STEPS).flatMap(([state, steps]) =>
      Object.keys(steps).map((event) => `${state} ${event}`),
    );
    expect(CASES.map(([state, event]) => `${state} ${event}`).sort()).toEqual(all.sort());
  });

  it.each(CASES)('[SDK2] %s, %s: %s', (state, event, step) => {
    expect(ENTRY_STEPS[state][event]).toBe(step === '·' ? 'ignored' : step);
  });

  it('[SDK2] leaves by its answer, by a person or for a later one before it was sent, and by nothing else', () => {
    const ways = CASES.filter(([, , step]) => step === 'gone').map(
      ([state, event]) => `${event} ${state}`,
    );
    expect(ways.sort()).toEqual([
      'discard dead',
      'fold unsent',
      'settled dead',
      'settled inFlight',
      'settled unanswered',
      'settled unsent',
    ]);
  });
});

describe('a rejected op', () => {
  it.each(OP_KINDS)('[SDK3] %s: gets a new stamp, or is set aside', (kind) => {
    for (const sends of [1, 2]) {
      expect(eventOfRejection('clock_ahead', kind, sends, false)).toBe('restamp');
      expect(eventOfRejection('stamp_reused', kind, sends, false)).toBe('restamp');
      const others = ERROR_CODES.filter((code) => !/^(?:clock_ahead|stamp_|tag_|stale)/.test(code));
      for (const code of [...others, 'new_in_2030' as ErrorCode]) {
        expect(eventOfRejection(code, kind, sends, true)).toBe('refused');
      }
    }
  });

  it('[SDK3] that is stale gets a new tag only as an add that was never sent before, and a play a new stamp', () => {
    const events = OP_KINDS.map((kind) =>
      [1, 2].map((sends) => eventOfRejection('stale_op', kind, sends, false)),
    );
    const set = ['refused', 'refused'];
    expect(new Map(OP_KINDS.map((kind, index) => [kind, events[index]]))).toEqual(
      new Map([
        ['watchlist.add', ['remint', 'refused']],
        ['watchlist.remove', set],
        ['progress.set', set],
        ['progress.clear', set],
        ['register.set', set],
        // Nobody had removed it, and its id is of its viewing: it is told later, and happened when it did.
        ['play.add', ['restamp', 'refused']],
        ['play.remove', set],
      ]),
    );
  });

  it('[SDK2] that is stale and was made on this connection comes after what was erased', () => {
    for (const kind of OP_KINDS.filter((each) => each !== 'watchlist.add')) {
      expect(eventOfRejection('stale_op', kind, 1, true)).toBe('restamp');
    }
    expect(eventOfRejection('stale_op', 'watchlist.add', 2, true)).toBe('refused');
  });

  it('whose tag is taken was stored before this device got a new id, if it was sent before', () => {
    expect(eventOfRejection('tag_reused', 'watchlist.add', 1, true)).toBe('remint');
    expect(eventOfRejection('tag_reused', 'watchlist.add', 2, true)).toBe('settled');
    // [PLY1] Whoever told of the viewing, it is told.
    expect(eventOfRejection('tag_reused', 'play.add', 1, true)).toBe('settled');
  });
});
