import { describe, expect, it } from 'vitest';
import type { WatchEvent } from './event.ts';
import { eventToJson, eventToLines } from './format-event.ts';

const timestamp = '000000000001-0000';
const tag = '11111111-1111-4111-8111-111111111111';
const add = { kind: 'watchlist.add', contentId: 'film:a', tag, timestamp, deviceId: 'tv' } as const;
const NOW_MS = new Date(2026, 4, 1, 9, 8, 7).getTime();

function whatOf(event: WatchEvent): string {
  const [line = ''] = eventToLines(event, NOW_MS);
  return line.slice('09:08:07  '.length).replace(/ {2,}/, '|');
}

describe('an event as a line', () => {
  it('has its time, its device and what happened in columns', () => {
    expect(eventToLines({ event: 'change', op: add }, NOW_MS)).toEqual([
      `09:08:07  ${'tv'.padEnd(24)}  add film:a`,
    ]);
  });

  const progress = {
    kind: 'progress.set',
    contentId: 'film:a',
    positionSeconds: 61,
    durationSeconds: 3_725,
    state: 'paused',
    timestamp,
    deviceId: 'tv',
  } as const;
  const device = {
    deviceId: 'phone',
    deviceType: 'Phone',
    platform: 'iOS',
    appVersion: '1',
    deviceName: null,
    capabilities: {},
    lastSeen: '2026-05-01T00:00:00.000Z',
    state: 'online',
  } as const;
  const handoff = {
    action: 'handoff',
    contentId: 'film:a',
    positionSeconds: 60,
    state: 'playing',
  } as const;

  it.each<[string, WatchEvent]>([
    ['tv|progress film:a 1:01 of 1:02:05, paused', { event: 'change', op: progress }],
    [
      'tv|progress film:a 1:01, paused',
      { event: 'change', op: { ...progress, durationSeconds: 0 } },
    ],
    [
      'tv|remove film:a',
      { event: 'change', op: { ...add, kind: 'watchlist.remove', tags: [tag] } as never },
    ],
    ['phone|is online (Phone)', { event: 'presence', device }],
    ['phone|was removed', { event: 'presence', device: { ...device, state: 'removed' } }],
    [
      'phone|is offline (Phone, Anna)',
      { event: 'presence', device: { ...device, state: 'offline', deviceName: 'Anna' } },
    ],
    [
      'tv|asks this device to seek positionSeconds 3: refused',
      { event: 'command', from: 'tv', command: { action: 'seek', positionSeconds: 3 } },
    ],
    [
      'tv|pause: refused (not_playing)',
      {
        event: 'outcome',
        to: 'tv',
        command: { action: 'pause' },
        outcome: 'refused',
        reason: 'not_playing',
      },
    ],
    [
      'tv|handoff contentId film:a positionSeconds 60 state playing: applied, source applied',
      {
        event: 'outcome',
        to: 'tv',
        command: handoff,
        outcome: 'applied',
        sourceOutcome: 'applied',
      },
    ],
    [
      '-|add film:a: rejected (clock_ahead)',
      { event: 'result', op: add, result: 'rejected', code: 'clock_ahead' },
    ],
    [
      '-|the service restarts; next try in 1.3 s',
      { event: 'disconnected', reason: 'the service restarts', retryInMs: 1_251 },
    ],
    [
      '-|connected: user u, 2 on the watchlist, 1 positions',
      { event: 'connected', userId: 'u', watchlist: 2, progress: 1 },
    ],
    ['-|no (overloaded)', { event: 'problem', message: 'no', code: 'overloaded' }],
  ])('%s', (line, event) => {
    expect(whatOf(event)).toBe(line);
  });

  it('is one JSON object with its time, when machines read it', () => {
    expect(JSON.parse(eventToJson({ event: 'change', op: add }, 1))).toEqual({
      time: '1970-01-01T00:00:00.001Z',
      event: 'change',
      op: add,
    });
  });
});
