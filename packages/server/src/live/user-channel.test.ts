import { describe, expect, it } from 'vitest';
import { createScriptedChannel } from '../testing/scripted-channel.ts';
import { ScriptedSession } from '../testing/scripted-session.ts';

function setup() {
  const { channel } = createScriptedChannel();
  const open = (id: string, deviceId = id): ScriptedSession => {
    const peer = new ScriptedSession({ id, deviceId });
    peer.session.isWelcomed = true;
    peer.session.beginReading(channel.cursorVersion);
    peer.session.endReading();
    channel.sessions.add(peer.session);
    return peer;
  };
  return { channel, open };
}

describe('what an instance holds of a user', () => {
  it('delivers a change to every session but the one that made it', () => {
    const { channel, open } = setup();
    const peers = [open('a'), open('b'), open('c')];
    channel.deliver('{"contentId":"film"}', 'b');
    expect(peers.map(({ sent }) => sent.length)).toEqual([1, 0, 1]);
  });

  it('finds the newest welcomed session of a device that is not on its way out', () => {
    const { channel, open } = setup();
    expect(channel.sessionOf('tv')).toBeUndefined();
    open('a', 'tv');
    const second = open('b', 'tv');
    expect(channel.sessionOf('tv')).toBe(second.session);
    open('c', 'tv').session.isWelcomed = false;
    expect(channel.sessionOf('tv')).toBe(second.session);
    second.session.isClosing = true;
    expect(channel.sessionOf('tv')?.id).toBe('a');
    expect(channel.sessionOf('phone')).toBeUndefined();
  });

  it('[LIV2] covers whom its cursor was given to, and who began to read after it', () => {
    const { channel, open } = setup();
    const [first, second] = [open('a').session, open('b').session];
    first.cursor = '1';
    expect([channel.cursor, channel.covers(first)]).toEqual([undefined, false]);
    channel.hasRead(first);
    expect([channel.cursor, channel.covers(first), channel.covers(second)]).toEqual([
      '1',
      true,
      false,
    ]);
    const third = open('c').session;
    third.cursor = '2';
    channel.hasRead(third);
    expect([channel.cursor, channel.covers(third)]).toEqual(['1', true]);
    channel.moveTo('3', [second]);
    expect([first, second, third].map((session) => channel.covers(session))).toEqual([
      false,
      true,
      false,
    ]);
    channel.moveTo(undefined, []);
    expect(channel.covers(second)).toBe(false);
  });
});
