import { CLOSE_CODES } from '@cuepoint/core';
import { expect, test } from 'vitest';
import { ScriptedSession } from '../testing/scripted-session.ts';
import { Inbox } from './inbox.ts';
import { AT_ONCE_BYTES_MAX } from './limits.ts';

const LARGE = 'x'.repeat(AT_ONCE_BYTES_MAX + 1);

/** An inbox whose turns come when the test says so. */
function setup() {
  const peer = new ScriptedSession();
  const handled: string[] = [];
  const pieces: (() => void)[] = [];
  let ends: (() => void)[] = [];
  const inbox = new Inbox({
    socket: peer.session.socket,
    handle: (data) => handled.push((data as Buffer).toString()),
    inTurn: (piece) =>
      new Promise((resolve) => {
        pieces.push(() => {
          piece();
          resolve();
        });
      }),
    atEndOfTurn: (end) => ends.push(end),
  });
  const take = (text: string) => inbox.take(Buffer.from(text), false);
  const nextTurn = async () => {
    const ended = ends;
    ends = [];
    for (const end of ended) end();
    pieces.shift()?.();
    await new Promise((resolve) => setImmediate(resolve));
  };
  return { inbox, peer, handled, take, nextTurn };
}

test('[GC9] a small message is handed on at once', () => {
  const { take, handled, peer } = setup();
  take('small');
  expect(handled).toEqual(['small']);
  expect(peer.isPaused).toBe(false);
});

test('[GC9] a large message waits for its turn, what comes behind it too, and nothing more is read', async () => {
  const { take, handled, peer, nextTurn } = setup();
  take(LARGE);
  take('behind');
  expect(handled).toEqual([]);
  expect(peer.isPaused).toBe(true);
  await nextTurn();
  expect(handled).toEqual([LARGE]);
  expect(peer.isPaused).toBe(true);
  await nextTurn();
  expect(handled).toEqual([LARGE, 'behind']);
  expect(peer.isPaused).toBe(false);
  take('later');
  expect(handled).toEqual([LARGE, 'behind', 'later']);
});

test('[GC9] many small messages of one turn are as good as a large one', async () => {
  const { take, handled, nextTurn } = setup();
  const half = 'x'.repeat(AT_ONCE_BYTES_MAX / 2);
  for (let message = 0; message < 3; message += 1) take(half);
  expect(handled.length).toBe(2);
  await nextTurn();
  expect(handled.length).toBe(3);
  take(half);
  expect(handled.length).toBe(4);
});

test('[LIV1] what came before the socket closed is handed on before the close', async () => {
  const { inbox, take, handled, nextTurn } = setup();
  take(LARGE);
  take('goodbye');
  inbox.flush();
  expect(handled).toEqual([LARGE, 'goodbye']);
  await nextTurn();
  expect(handled.length).toBe(2);
});

test('[LIV4] a socket is read on only when nothing holds it any more', () => {
  const { peer } = setup();
  const { socket } = peer.session;
  socket.pause('unread');
  socket.pause('pushes');
  socket.resume('unread');
  expect(peer.isPaused).toBe(true);
  socket.resume('pushes');
  expect(peer.isPaused).toBe(false);
  socket.close(CLOSE_CODES.leave);
  // The peer's answer to the close has to be heard.
  socket.pause('inbox');
  expect(peer.isPaused).toBe(false);
});
