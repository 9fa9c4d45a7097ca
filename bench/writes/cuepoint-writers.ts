import type { WebSocket } from 'ws';
import { connectDevice, type DownMessage } from '../live/connect-device.ts';
import { forEachIndex } from '../live/in-turn.ts';
import type { Writers, WritersOptions } from './writers.ts';

const CONNECTS_AT_ONCE = 16;

/** A device each user on the service. An ack follows the commit. */
export function createCuepointWriters({ url, users, failed }: WritersOptions): Writers {
  const sockets: WebSocket[] = [];
  const waiting = new Map<string, (isStored: boolean) => void>();
  let isClosing = false;
  let pushes = 0;

  function onMessage({ type, id = '', code, results }: DownMessage): void {
    if (type === 'error') failed(new Error(`push ${id} failed: ${code}`));
    if (type !== 'ack') return;
    waiting.get(id)?.(results?.[0]?.result === 'applied');
    waiting.delete(id);
  }

  return {
    async connect() {
      await forEachIndex(users.length, CONNECTS_AT_ONCE, async (user) => {
        const { socket } = await connectDevice({
          url,
          token: users[user]?.token ?? '',
          deviceId: 'writer',
          onMessage,
          onLost(error) {
            if (!isClosing) failed(error);
          },
        });
        sockets[user] = socket;
      });
    },
    write(user, { contentId, positionSeconds, durationSeconds, state, timestamp }) {
      pushes += 1;
      const id = String(pushes);
      const fields = { contentId, positionSeconds, durationSeconds, state, timestamp };
      const op = { kind: 'progress.set', ...fields };
      return new Promise((resolve) => {
        waiting.set(id, resolve);
        sockets[user]?.send(JSON.stringify({ type: 'push', id, ops: [op] }));
      });
    },
    close() {
      isClosing = true;
      for (const socket of sockets) socket?.terminate();
    },
  };
}
