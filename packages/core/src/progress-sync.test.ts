import { describe, expect, test } from 'vitest';
import { CuepointError } from './errors.ts';
import { SECONDS_MAX } from './ids.ts';
import { APPLIED, type ProgressOp, type ProgressSetOp } from './op.ts';
import type { PlaybackPosition, PlaybackState } from './playback-position.ts';
import { createProgressRegister, ProgressSync, type ProgressRegister } from './progress-sync.ts';
import { createTestContext, type ContextOptions } from './testing/recording-port.ts';
import { refusalOf, untyped } from './testing/refusal.ts';

const NOW_MS = Date.UTC(2026, 0, 1);
const YEAR_2099_MS = Date.UTC(2099, 0, 1);

function at(
  positionSeconds: number,
  state: PlaybackState = 'playing',
  durationSeconds = 1_000,
): PlaybackPosition {
  return { positionSeconds, durationSeconds, state };
}

function setup(options?: ContextOptions, registers?: Iterable<[string, ProgressRegister]>) {
  const context = createTestContext({ nowMs: NOW_MS, ...options });
  return { ...context, context, progress: new ProgressSync(context, registers) };
}

function remoteSet(position: PlaybackPosition, physical: number, deviceId = 'tv'): ProgressSetOp {
  return {
    kind: 'progress.set',
    contentId: 'film',
    ...position,
    timestamp: { physical, logical: 0 },
    deviceId,
  };
}

function remoteClear(physical: number): ProgressOp {
  return {
    kind: 'progress.clear',
    contentId: 'film',
    timestamp: { physical, logical: 0 },
    deviceId: 'tv',
  };
}

function household() {
  const made = setup();
  const positions: [string, PlaybackPosition][] = [
    ['started', at(10)],
    ['unknown duration', at(50, 'paused', 0)],
    ['untouched', at(0, 'stopped')],
    ['nearly', at(899)],
    ['done', at(900, 'stopped')],
    ['past the end', at(1_100, 'stopped')],
  ];
  for (const [contentId, position] of positions) {
    made.wall.nowMs += 1;
    made.progress.set(contentId, position);
  }
  made.progress.set('cleared', at(5));
  made.progress.clear('cleared');
  return made;
}

describe('set', () => {
  test('gives an op with a new stamp, visible at once and sent to the port', () => {
    const { progress, port } = setup();
    const op = progress.set('film', at(120));
    expect(op).toEqual({
      kind: 'progress.set',
      contentId: 'film',
      ...at(120),
      timestamp: { physical: NOW_MS, logical: 0 },
      deviceId: 'phone',
    });
    expect(progress.get('film')).toEqual(at(120));
    expect(port.ops).toEqual([op]);
  });

  test('[LWW1] the newest intent wins also over a winner from 2099, and just so', () => {
    const { progress } = setup();
    progress.applyRemote(remoteSet(at(900), YEAR_2099_MS));
    const op = progress.set('film', at(10));
    expect(progress.get('film')).toEqual(at(10));
    expect(op.timestamp).toEqual({ physical: YEAR_2099_MS, logical: 1 });
    expect(progress.set('series', at(1)).timestamp.physical).toBe(NOW_MS);
  });

  test('[LWW3] no two ops of a device have one stamp, winners from 2099 included', () => {
    const { progress, port } = setup();
    for (const [logical, contentId] of ['a', 'b'].entries()) {
      progress.applyRemote({
        ...remoteSet(at(1), YEAR_2099_MS),
        contentId,
        timestamp: { physical: YEAR_2099_MS, logical },
      });
    }
    port.ops.length = 0;
    for (const contentId of ['b', 'a', 'a', 'c', 'b']) progress.set(contentId, at(2));
    const stamps = port.ops.map(({ timestamp }) => JSON.stringify(timestamp));
    expect(new Set(stamps).size).toBe(5);
  });

  test('[LWW4] properties beside the three of a position do not get into the op', () => {
    const { progress } = setup();
    const op = progress.set('film', Object.assign(at(1), { kind: 'progress.clear' }));
    expect(op.kind).toBe('progress.set');
    expect(progress.get('film')).toEqual(at(1));
  });

  test.each<[string, Partial<Record<keyof PlaybackPosition, unknown>>, string]>([
    ['a negative position', { positionSeconds: -1 }, 'positionSeconds'],
    ['a fractional position', { positionSeconds: 1.5 }, 'positionSeconds'],
    ['a position past 32 bits', { positionSeconds: SECONDS_MAX + 1 }, 'positionSeconds'],
    ['a position of NaN', { positionSeconds: Number.NaN }, 'positionSeconds'],
    ['a position as text', { positionSeconds: '1' }, 'positionSeconds'],
    ['a negative duration', { durationSeconds: -1 }, 'durationSeconds'],
    ['an infinite duration', { durationSeconds: Number.POSITIVE_INFINITY }, 'durationSeconds'],
  ])('[LWW4] %s is refused by name and nothing is stored', (_, wrong, field) => {
    const { progress, port } = setup();
    const position = Object.assign(at(1), untyped<Partial<PlaybackPosition>>(wrong));
    const refusal = { code: 'invalid_seconds', field };
    expect(refusalOf(() => progress.set('film', position))).toEqual(refusal);
    expect(refusalOf(() => progress.report('film', position, { userAction: false }))).toEqual(
      refusal,
    );
    expect([progress.list(), port.ops]).toEqual([[], []]);
  });

  test.each(['seeking', 'Playing', '', '__proto__', undefined])(
    '[LWW4] the state %j is refused by name',
    (state) => {
      const { progress, port } = setup();
      const position = { ...at(1), state: untyped<PlaybackState>(state) };
      expect(refusalOf(() => progress.set('film', position))).toEqual({
        code: 'invalid_state',
        field: 'state',
      });
      expect(port.ops).toEqual([]);
    },
  );

  test.each([
    at(0, 'stopped', 0),
    at(SECONDS_MAX, 'paused', SECONDS_MAX),
    at(1_100),
    at(7, 'playing', 0),
  ])('[LWW4] %j is a position: duration may be unknown, position may pass it', (position) => {
    const { progress } = setup();
    progress.set('film', position);
    expect(progress.get('film')).toEqual(position);
  });
});

describe('clear', () => {
  test('[LWW2] takes the position away and keeps older updates out', () => {
    const { progress } = setup();
    progress.applyRemote(remoteSet(at(100), NOW_MS - 10));
    const op = progress.clear('film');
    expect(op).toMatchObject({ kind: 'progress.clear', contentId: 'film', deviceId: 'phone' });
    expect(progress.applyRemote(remoteSet(at(200), NOW_MS - 5))).toBe('superseded');
    expect(progress.applyRemote(remoteSet(at(100), NOW_MS - 10))).toBe('superseded');
    expect(progress.get('film')).toBeUndefined();
    expect(progress.list()).toEqual([]);
  });

  test('[LWW2] gives way to an update that is newer than it', () => {
    const { progress } = setup();
    progress.set('film', at(100));
    progress.clear('film');
    expect(progress.applyRemote(remoteSet(at(200), NOW_MS + 5))).toBe('applied');
    expect(progress.get('film')).toEqual(at(200));
  });

  test('[LWW2] clears a winner from 2099 too', () => {
    const { progress } = setup();
    progress.applyRemote(remoteSet(at(100), YEAR_2099_MS));
    progress.clear('film');
    expect(progress.get('film')).toBeUndefined();
  });

  test('of nothing, or of what is cleared, makes no op', () => {
    const { progress, port } = setup();
    expect(progress.clear('film')).toBeUndefined();
    progress.applyRemote(remoteClear(5));
    port.ops.length = 0;
    expect(progress.clear('film')).toBeUndefined();
    expect(port.ops).toEqual([]);
  });
});

describe('report', () => {
  const PASSIVE = { userAction: false };

  test('[LWW6] that moves nothing mints no stamp', () => {
    const { progress, port } = setup();
    expect(progress.report('film', at(100, 'paused'), PASSIVE)).toBeDefined();
    expect(progress.report('film', at(100, 'paused'), PASSIVE)).toBeUndefined();
    expect(port.ops).toHaveLength(1);
  });

  test.each<[string, PlaybackPosition, boolean]>([
    ['another position', at(101, 'paused'), false],
    ['another state', at(100, 'stopped'), false],
    ['a user action', at(100, 'paused'), true],
  ])('[LWW6] with %s is written', (_, position, userAction) => {
    const { progress, port } = setup();
    progress.set('film', at(100, 'paused'));
    expect(progress.report('film', position, { userAction })).toBeDefined();
    expect(port.ops).toHaveLength(2);
  });

  test('[LWW6] another duration alone moves nothing', () => {
    const { progress } = setup();
    progress.set('film', at(100, 'paused', 0));
    expect(progress.report('film', at(100, 'paused', 1_000), PASSIVE)).toBeUndefined();
  });

  test('[LWW6] a paused TV does not beat the phone that went on', () => {
    const tv = setup({ deviceId: 'tv' });
    tv.progress.report('film', at(100, 'paused'), { userAction: true });
    tv.progress.applyRemote(remoteSet(at(500), NOW_MS + 1_000, 'phone'));
    tv.wall.nowMs += 30_000;
    expect(tv.progress.report('film', at(100, 'paused'), PASSIVE)).toBeUndefined();
    expect(tv.progress.get('film')).toEqual(at(500));
  });

  test('[LWW6] a paused TV does not bring back what the phone cleared', () => {
    const tv = setup({ deviceId: 'tv' });
    tv.progress.set('film', at(100, 'paused'));
    tv.progress.applyRemote({ ...remoteClear(NOW_MS + 1_000), deviceId: 'phone' });
    expect(tv.progress.report('film', at(100, 'paused'), PASSIVE)).toBeUndefined();
    expect(tv.progress.get('film')).toBeUndefined();
  });

  test('[CLM3] a timer’s report keeps the claim of the act that it continues', () => {
    const tv = setup({ deviceId: 'tv' });
    const act = tv.progress.set('film', at(100));
    tv.wall.nowMs += 10_000;
    const ticks = [110, 120].map((position) => tv.progress.report('film', at(position), PASSIVE));
    for (const tick of ticks) expect(tick?.claim).toEqual(act.timestamp);
    expect(ticks[0]?.timestamp).not.toEqual(act.timestamp);
    expect(tv.progress.set('film', at(130))).not.toHaveProperty('claim');
  });

  test('[CLM3] a TV that plays on after the phone wrote writes nothing at all', () => {
    const tv = setup({ deviceId: 'tv' });
    tv.progress.report('film', at(100), { userAction: true });
    tv.progress.applyRemote(remoteSet(at(500), NOW_MS + 1_000, 'phone'));
    tv.wall.nowMs += 3_600_000;
    expect(tv.progress.report('film', at(110), PASSIVE)).toBeUndefined();
    expect(tv.progress.report('film', at(3_700, 'stopped'), PASSIVE)).toBeUndefined();
    expect(tv.progress.get('film')).toEqual(at(500));
  });

  test('[CLM3] [LWW2] what plays on after it was cleared here writes nothing until the next act', () => {
    const { progress } = setup();
    progress.set('film', at(100));
    progress.clear('film');
    for (const startsByItself of [false, true]) {
      const options = { userAction: false, startsByItself };
      expect(progress.report('film', at(110), options)).toBeUndefined();
      expect(progress.get('film')).toBeUndefined();
    }
    expect(progress.report('film', at(120), { userAction: true })).toBeDefined();
    expect(progress.report('film', at(130), { userAction: false })).toBeDefined();
    expect(progress.get('film')).toEqual(at(130));
  });

  test('[CLM3] a report of another device’s timer silences nobody who acted after it', () => {
    const phone = setup({ deviceId: 'phone' });
    const claim = { physical: NOW_MS - 1_000, logical: 0 };
    const act = phone.progress.set('film', at(500));
    phone.progress.applyRemote({ ...remoteSet(at(700), NOW_MS + 9_000, 'tv'), claim });
    expect(phone.progress.get('film')).toEqual(at(500));
    expect(phone.progress.report('film', at(510), PASSIVE)?.claim).toEqual(act.timestamp);
  });

  test('[CLM4] an act takes over at once, whatever claim and timestamp are known', () => {
    const tv = setup({ deviceId: 'tv' });
    tv.progress.applyRemote(remoteSet(at(500), YEAR_2099_MS, 'phone'));
    const act = tv.progress.report('film', at(110), { userAction: true });
    expect(act).not.toHaveProperty('claim');
    expect(tv.progress.get('film')).toEqual(at(110));
    const tick = tv.progress.report('film', at(120), PASSIVE);
    expect(tick?.claim).toEqual(act?.timestamp);
    expect(tv.progress.get('film')).toEqual(at(120));
  });

  test('[CLM5] what starts by itself inherits the last act on the device', () => {
    const tv = setup({ deviceId: 'tv' });
    tv.progress.applyRemote({ ...remoteSet(at(3), NOW_MS - 500, 'phone'), contentId: 'episode 3' });
    tv.progress.set('episode 2', at(5));
    tv.wall.nowMs += 60_000;
    const act = tv.progress.set('episode 1', at(900));
    tv.wall.nowMs += 60_000;
    for (const contentId of ['episode 2', 'episode 3', 'episode 4']) {
      const first = tv.progress.report(contentId, at(10), { ...PASSIVE, startsByItself: true });
      expect(first?.claim).toEqual(act.timestamp);
      expect(tv.progress.report(contentId, at(20), PASSIVE)?.claim).toEqual(act.timestamp);
    }
    const film = remoteSet(at(500), NOW_MS + 90_000, 'phone');
    tv.progress.applyRemote(film);
    const report = () => tv.progress.report('film', at(1), { ...PASSIVE, startsByItself: true });
    expect(report()).toBeUndefined();
  });

  test('[CLM5] the last act is known again after a restart', () => {
    const stamp = { timestamp: { physical: NOW_MS - 1_000, logical: 0 }, deviceId: 'tv' };
    const claim = { physical: NOW_MS - 9_000, logical: 0 };
    const tv = setup({ deviceId: 'tv' }, [
      ['film', createProgressRegister(at(7), { ...stamp, claim })],
      ['other', createProgressRegister(at(7), { ...stamp, deviceId: 'phone' })],
    ]);
    expect(tv.progress.report('film', at(8), PASSIVE)?.claim).toEqual(claim);
    expect(tv.progress.report('next', at(8), PASSIVE)?.claim).toEqual(claim);
    expect(tv.progress.report('other', at(8), PASSIVE)).toBeUndefined();
  });

  test('[CLM2] a device that nobody has touched begins with a claim of its own', () => {
    const tv = setup({ deviceId: 'tv' });
    const first = tv.progress.report('film', at(1), PASSIVE);
    expect(first).not.toHaveProperty('claim');
    expect(tv.progress.report('film', at(2), PASSIVE)?.claim).toEqual(first?.timestamp);
  });

  test('[CLM2] a claim from a clock far ahead is never after the timestamp of its write', () => {
    const tv = setup({ deviceId: 'tv' });
    tv.progress.applyRemote(remoteSet(at(500), YEAR_2099_MS, 'phone'));
    tv.progress.set('film', at(1));
    expect(tv.progress.report('next', at(1), PASSIVE)).not.toHaveProperty('claim');
    expect(tv.progress.report('film', at(2), PASSIVE)?.claim?.physical).toBe(YEAR_2099_MS);
  });

  test('[LWW6] a person at the TV beats the phone, though nothing moved', () => {
    const tv = setup({ deviceId: 'tv' });
    tv.progress.report('film', at(100, 'paused'), PASSIVE);
    tv.progress.applyRemote(remoteSet(at(500), NOW_MS + 1_000, 'phone'));
    expect(tv.progress.report('film', at(100, 'paused'), { userAction: true })).toBeDefined();
    expect(tv.progress.get('film')).toEqual(at(100, 'paused'));
  });
});

describe('applyRemote', () => {
  test('[LWW1] the greater stamp wins whichever comes first, and ties go to the greater device', () => {
    const [here, there] = [setup().progress, setup().progress];
    const ops = [remoteSet(at(1), 5, 'Z'), remoteSet(at(2), 5, 'a'), remoteSet(at(3), 4, 'z')];
    for (const op of ops) here.applyRemote(op);
    for (const op of ops.toReversed()) there.applyRemote(op);
    expect([here.get('film'), there.get('film')]).toEqual([at(2), at(2)]);
  });

  test('[LWW3] a reused stamp with another value is a conflict, the same op a duplicate', () => {
    const { progress, port } = setup();
    progress.applyRemote(remoteSet(at(1), 5));
    expect(progress.applyRemote(remoteSet(at(1), 5))).toBe('duplicate');
    expect(progress.applyRemote(remoteSet(at(2), 5))).toBe('conflict');
    expect(progress.applyRemote(remoteClear(5))).toBe('conflict');
    expect(progress.get('film')).toEqual(at(1));
    expect(port.ops).toHaveLength(1);
  });

  test('[HLC2] the next stamp is past the remote one, of another content too', () => {
    const { progress } = setup();
    progress.applyRemote(remoteSet(at(1), NOW_MS + 500));
    expect(progress.set('series', at(1)).timestamp).toEqual({ physical: NOW_MS + 500, logical: 1 });
  });
});

describe('queries', () => {
  test('[LWW5] in progress and completed part the contents where they are finished, the latest first', () => {
    const { progress } = household();
    expect(progress.inProgress().map(({ contentId }) => contentId)).toEqual([
      'nearly',
      'unknown duration',
      'started',
    ]);
    expect(progress.completed().map(({ contentId }) => contentId)).toEqual([
      'past the end',
      'done',
    ]);
    expect(progress.list()).toHaveLength(6);
  });

  test.each([
    ['started', 10],
    ['unknown duration', 50],
    ['untouched', 0],
    ['nearly', 899],
    ['done', 0],
    ['past the end', 0],
    ['cleared', 0],
    ['never seen', 0],
  ])('[LWW5] %s resumes at %d seconds', (contentId, expected) => {
    expect(household().progress.resumePosition(contentId)).toBe(expected);
  });

  test('an item has its position and its stamp and nothing else', () => {
    const { progress } = setup();
    progress.set('film', at(10));
    expect(progress.list()).toEqual([
      {
        contentId: 'film',
        ...at(10),
        stamp: { timestamp: { physical: NOW_MS, logical: 0 }, deviceId: 'phone' },
      },
    ]);
  });
});

describe('what was stored', () => {
  test('is there after a reload, and a clear stays one', () => {
    const clearedAt = { timestamp: { physical: 9, logical: 0 }, deviceId: 'tv' };
    const { progress } = setup({}, [
      ['film', createProgressRegister(null, clearedAt)],
      ['series', createProgressRegister(at(7), clearedAt)],
    ]);
    expect(progress.get('series')).toEqual(at(7));
    expect(progress.applyRemote(remoteSet(at(1), 8))).toBe('superseded');
  });

  test('[LWW3] a restart on a clock that stepped back goes on after the stored stamps', () => {
    const { progress } = setup({}, [
      [
        'film',
        createProgressRegister(at(1), {
          timestamp: { physical: NOW_MS + 10_000, logical: 3 },
          deviceId: 'phone',
        }),
      ],
    ]);
    expect(progress.set('series', at(1)).timestamp).toEqual({
      physical: NOW_MS + 10_000,
      logical: 4,
    });
  });
});

describe('whenDurable', () => {
  test('rejects when the port fails or throws, and the position stays readable', async () => {
    const { progress, port } = setup();
    port.answer = () => Promise.reject(new CuepointError('overloaded', 'Later.'));
    progress.set('film', at(1));
    await expect(progress.whenDurable()).rejects.toMatchObject({ code: 'overloaded' });
    port.answer = () => {
      throw new Error('not open');
    };
    progress.clear('film');
    await expect(progress.whenDurable()).rejects.toThrow('not open');
    port.answer = () => Promise.resolve(APPLIED);
    progress.set('film', at(2));
    await expect(progress.whenDurable()).resolves.toBeUndefined();
  });

  test('[LWW3] rejects with stamp_reused when the store holds another value at the stamp', async () => {
    const { progress, port } = setup();
    port.answer = () => Promise.resolve({ result: 'rejected', code: 'stamp_reused' });
    progress.set('film', at(1));
    await expect(progress.whenDurable()).rejects.toMatchObject({ code: 'stamp_reused' });
  });

  test('[LWW1] resolves when something greater is stored, and the winner is then in memory', async () => {
    const { progress, port } = setup();
    port.answer = () =>
      Promise.resolve({ result: 'superseded', winner: remoteSet(at(500), NOW_MS + 1) });
    progress.set('film', at(1));
    expect(progress.get('film')).toEqual(at(1));
    await progress.whenDurable();
    expect(progress.get('film')).toEqual(at(500));
    expect(port.ops).toHaveLength(1);
  });

  test('a winner that arrives after a newer local write does not undo it', async () => {
    const { progress, port } = setup();
    const held = port.hold();
    progress.set('film', at(1));
    progress.set('film', at(2));
    held[0]?.resolve({ result: 'superseded', winner: remoteSet(at(500), NOW_MS - 1) });
    held[1]?.resolve(APPLIED);
    await progress.whenDurable();
    expect(progress.get('film')).toEqual(at(2));
  });
});

describe('bad input', () => {
  test.each(['', '..', 'x'.repeat(256), 'a\u001B', '\uDC00', undefined])(
    'the content id %j is refused by name and nothing is stored',
    (contentId) => {
      const { progress, port } = setup();
      const refusal = { code: 'invalid_content_id', field: 'contentId' };
      expect(refusalOf(() => progress.set(untyped(contentId), at(1)))).toEqual(refusal);
      expect(refusalOf(() => progress.clear(untyped(contentId)))).toEqual(refusal);
      expect(
        refusalOf(() => progress.report(untyped(contentId), at(1), { userAction: true })),
      ).toEqual(refusal);
      expect(port.ops).toEqual([]);
    },
  );

  test.each(['__proto__', 'constructor', 'valueOf', '$1', '🎬'.repeat(255)])(
    'the content id %s is one like any other',
    (contentId) => {
      const { progress } = setup();
      expect([progress.get(contentId), progress.resumePosition(contentId)]).toEqual([undefined, 0]);
      progress.set(contentId, at(10));
      expect(progress.inProgress().map((item) => item.contentId)).toEqual([contentId]);
      progress.clear(contentId);
      expect(progress.get(contentId)).toBeUndefined();
    },
  );
});
