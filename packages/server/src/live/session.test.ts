import { CuepointError } from '@cuepoint/core';
import { describe, expect, it } from 'vitest';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { HELD_LENGTH_MAX, SEND_BUFFER_MAX_BYTES } from './limits.ts';

const op = (contentId: string) => JSON.stringify({ kind: 'progress.clear', contentId });

function contents(peer: ScriptedSession): string[] {
  return peer.sent.flatMap((message) =>
    message.type === 'changes' ? message.ops.flatMap(({ contentId }) => contentId ?? []) : [],
  );
}

function live(): ScriptedSession {
  const peer = new ScriptedSession({ deviceId: 'tv' });
  peer.session.beginReading(0);
  peer.session.endReading();
  return peer;
}

describe('a session that reads', () => {
  it('[LIV9] holds live changes back until the last page, then sends them in order', () => {
    const peer = new ScriptedSession({ deviceId: 'tv' });
    peer.session.beginReading(0);
    peer.session.deliver(op('a'));
    peer.session.deliver(op('b'));
    expect(contents(peer)).toEqual([]);
    expect(peer.session.endReading()).toBe(true);
    peer.session.deliver(op('c'));
    expect(contents(peer)).toEqual(['a', 'b', 'c']);
    expect(peer.session.phase).toBe('live');
  });

  it('[LIV4] reads again when it cannot hold any more, and holds nothing meanwhile', () => {
    const peer = new ScriptedSession({ deviceId: 'tv' });
    peer.session.beginReading(0);
    const large = 'x'.repeat(HELD_LENGTH_MAX / 2 + 1);
    peer.session.deliver(op(large));
    peer.session.deliver(op(large));
    peer.session.deliver(op('late'));
    expect(peer.session.endReading()).toBe(false);
    expect({ phase: peer.session.phase, contents: contents(peer) }).toEqual({
      phase: 'reading',
      contents: [],
    });
    peer.session.beginReading(0);
    peer.session.deliver(op('next'));
    expect(peer.session.endReading()).toBe(true);
    expect(contents(peer)).toEqual(['next']);
  });

  it('[LIV2] reads again when something was missed', () => {
    const peer = new ScriptedSession({ deviceId: 'tv' });
    peer.session.beginReading(0);
    peer.session.miss();
    expect(peer.session.endReading()).toBe(false);
    peer.session.beginReading(0);
    expect(peer.session.endReading()).toBe(true);
  });
});

describe('a slow session', () => {
  it('[LIV4] falls behind past the bound: its changes are dropped, and nothing is read from it', () => {
    const peer = live();
    peer.session.deliver(op('a'));
    expect(contents(peer)).toEqual(['a']);
    peer.bufferedBytes = SEND_BUFFER_MAX_BYTES + 1;
    peer.session.deliver(op('b'));
    peer.session.deliver(op('c'));
    expect(contents(peer)).toEqual(['a']);
    expect({ phase: peer.session.phase, isPaused: peer.isPaused }).toEqual({
      phase: 'behind',
      isPaused: true,
    });
  });

  it('[LIV4] falls behind by answers that it does not take, as by changes', () => {
    const peer = live();
    peer.bufferedBytes = SEND_BUFFER_MAX_BYTES;
    peer.session.socket.send({ type: 'ack', id: '1', results: [] });
    expect({ phase: peer.session.phase, isPaused: peer.isPaused }).toEqual({
      phase: 'behind',
      isPaused: true,
    });
  });

  it('[LIV4] is not listened to while it reads pages and does not take its answers', () => {
    const peer = new ScriptedSession({ deviceId: 'tv' });
    peer.session.beginReading(0);
    peer.bufferedBytes = SEND_BUFFER_MAX_BYTES;
    peer.session.socket.send({ type: 'ack', id: '1', results: [] });
    expect({ phase: peer.session.phase, isPaused: peer.isPaused }).toEqual({
      phase: 'reading',
      isPaused: true,
    });
  });

  it('counts each time that it was not live: who watches it sees that', () => {
    const peer = live();
    const before = peer.session.lapses;
    peer.session.fallBehind();
    expect(peer.session.lapses).toBeGreaterThan(before);
    const behind = peer.session.lapses;
    peer.session.beginReading(0);
    expect(peer.session.lapses).toBeGreaterThan(behind);
  });
});

describe('a session that ends', () => {
  it('says why, closes once, and takes nothing more', () => {
    const peer = live();
    peer.session.fail(new CuepointError('user_erased', 'Gone.'), 4410);
    peer.session.fail(new CuepointError('device_revoked', 'Removed.'), 4403);
    peer.session.deliver(op('a'));
    expect(peer.sent).toEqual([{ type: 'error', code: 'user_erased', message: 'Gone.' }]);
    expect(peer.closed).toEqual({ code: 4410, reason: '' });
    expect(peer.session.closeCode).toBe(4410);
  });
});
