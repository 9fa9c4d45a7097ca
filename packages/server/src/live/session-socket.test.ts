import { describe, expect, it } from 'vitest';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { SEND_BUFFER_MAX_BYTES } from './limits.ts';

const op = (contentId: string) => JSON.stringify({ kind: 'progress.clear', contentId });

describe('the sending side of a socket', () => {
  it('joins the ops of a turn in one message', () => {
    const peer = new ScriptedSession();
    const { socket } = peer.session;
    socket.sendOp(op('a'));
    socket.send({ type: 'ack', id: '1', results: [] });
    socket.sendOp(op('b'));
    expect(peer.sent).toEqual([
      { type: 'ack', id: '1', results: [] },
      {
        type: 'changes',
        ops: [
          { kind: 'progress.clear', contentId: 'a' },
          { kind: 'progress.clear', contentId: 'b' },
        ],
      },
    ]);
    expect(socket.bufferedBytes).toBe(0);
  });

  it('sends what waits before a page, and before a close', async () => {
    const peer = new ScriptedSession();
    const { socket } = peer.session;
    socket.sendOp(op('a'));
    await socket.sendAndWait({ type: 'changes', ops: [], resync: true, more: true });
    expect(peer.sent.map((message) => 'resync' in message)).toEqual([false, true]);
    socket.send({ type: 'ack', id: '1', results: [] });
    socket.close(1012);
    expect(peer.sent.at(-1)).toMatchObject({ type: 'ack' });
  });

  it('hears the answer to a close although it was paused', () => {
    const peer = new ScriptedSession();
    peer.session.socket.pause('unread');
    peer.session.socket.close(4409);
    expect(peer.isPaused).toBe(false);
  });

  it('[LIV4] a page waits until the peer takes it, or is gone', async () => {
    const peer = new ScriptedSession();
    peer.isStalled = true;
    let isTaken = false;
    const taken = peer.session.socket
      .sendAndWait({ type: 'changes', ops: [], resync: false, more: true })
      .then(() => {
        isTaken = true;
      });
    await Promise.resolve();
    expect(isTaken).toBe(false);
    peer.take();
    await taken;
    peer.session.socket.terminate();
    await peer.session.socket.sendAndWait({ type: 'ack', id: '1', results: [] });
    expect(peer.sent).toHaveLength(1);
  });

  it('[LIV4] is full past the bound, by what waits in it and in this turn, and says so', () => {
    const peer = new ScriptedSession();
    const { socket } = peer.session;
    let times = 0;
    socket.onFull = () => {
      times += 1;
    };
    peer.bufferedBytes = SEND_BUFFER_MAX_BYTES - 100;
    socket.sendText('x'.repeat(100));
    expect({ isFull: socket.isFull, times }).toEqual({ isFull: false, times: 0 });
    socket.sendText('x');
    expect({ isFull: socket.isFull, times }).toEqual({ isFull: true, times: 1 });
  });
});
