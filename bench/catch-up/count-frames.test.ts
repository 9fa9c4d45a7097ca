import { EventEmitter } from 'node:events';
import { expect, test } from 'vitest';
import { countFrames } from './count-frames.ts';

test('what a socket sends and receives is counted in bytes, and is sent', () => {
  const sent: unknown[] = [];
  const socket = Object.assign(new EventEmitter(), {
    send: (data: string | Uint8Array) => void sent.push(data),
  });
  const frames = countFrames(socket);
  socket.send('grüße');
  socket.send(new Uint8Array(3));
  socket.emit('message', Buffer.from('four'));
  expect(frames).toEqual({ sentBytes: 10, receivedBytes: 4, receivedFrames: 1 });
  expect(sent).toHaveLength(2);
});
