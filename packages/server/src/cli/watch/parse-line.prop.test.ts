import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LINE_LENGTH_MAX, parseLine } from './parse-line.ts';

describe('a typed line', () => {
  it.each([
    ['add film:metropolis', { kind: 'add', contentId: 'film:metropolis' }],
    ['  remove   "film: the kid" ', { kind: 'remove', contentId: 'film: the kid' }],
    ['clear a', { kind: 'clear', contentId: 'a' }],
    [
      'progress film:metropolis 120 6000 paused',
      {
        kind: 'progress',
        contentId: 'film:metropolis',
        positionSeconds: 120,
        durationSeconds: 6000,
        state: 'paused',
      },
    ],
    [
      'progress a 120',
      {
        kind: 'progress',
        contentId: 'a',
        positionSeconds: 120,
        durationSeconds: 0,
        state: 'playing',
      },
    ],
    [
      'progress a 120 stopped',
      {
        kind: 'progress',
        contentId: 'a',
        positionSeconds: 120,
        durationSeconds: 0,
        state: 'stopped',
      },
    ],
    ['', { kind: 'nothing' }],
    ['   ', { kind: 'nothing' }],
  ])('%s', (line, action) => {
    expect(parseLine(line)).toEqual(action);
  });

  it.each([
    ['pause', { action: 'pause' }],
    ['seek 61', { action: 'seek', positionSeconds: 61 }],
    ['volume 100', { action: 'volume', level: 100 }],
    ['mute on', { action: 'mute', muted: true }],
    ['mute off', { action: 'mute', muted: false }],
    ['load film:a', { action: 'load', contentId: 'film:a' }],
    ['load film:a 60', { action: 'load', contentId: 'film:a', positionSeconds: 60 }],
    [
      'cast film:a "living room" 5',
      { action: 'cast', contentId: 'film:a', target: 'living room', positionSeconds: 5 },
    ],
    [
      'handoff film:a 60',
      { action: 'handoff', contentId: 'film:a', positionSeconds: 60, state: 'playing' },
    ],
    [
      'handoff film:a 60 paused phone',
      {
        action: 'handoff',
        contentId: 'film:a',
        positionSeconds: 60,
        state: 'paused',
        from: 'phone',
      },
    ],
  ])('command tv %s', (words, command) => {
    expect(parseLine(`command tv ${words}`)).toEqual({ kind: 'command', to: 'tv', command });
  });

  it.each([
    'help',
    'fly',
    'add',
    'add a b',
    'add ..',
    'progress a',
    'progress a -1',
    'progress a 99999999999',
    'progress a 1 2 3',
    'progress a 1 2 dancing',
    'progress a 1 2 playing now',
    'command',
    'command tv',
    'command tv dance',
    'command tv __proto__',
    'command t/v pause',
    'command tv pause now',
    'command tv seek',
    'command tv seek soon',
    'command tv volume 101',
    'command tv mute maybe',
    'command tv handoff film:a',
    `add ${'a'.repeat(LINE_LENGTH_MAX)}`,
  ])('%s asks for help', (line) => {
    expect(parseLine(line)).toEqual({ kind: 'help' });
  });

  it('never throws', () => {
    const word = fc.oneof(
      fc.constantFrom('add', 'progress', 'command', 'tv', 'handoff', 'mute', '"', '1', '-'),
      fc.string(),
    );
    const lines = fc.array(word).map((words) => words.join(' '));
    fc.assert(
      fc.property(lines, (line) => {
        expect(parseLine(line).kind).toBeTypeOf('string');
      }),
    );
  });
});
