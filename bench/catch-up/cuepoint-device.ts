import { WebSocket } from 'ws';
import type { WireOp } from '@cuepoint/core';
import { createWatchState, memoryStorage, type WatchState } from '@cuepoint/client';
import { connectDevice } from '../live/connect-device.ts';
import { whenOnline } from '../replicas/cuepoint-replica.ts';
import type { BehindDevice, BehindDeviceOptions } from './behind-device.ts';
import type { CountedSocket } from './count-frames.ts';

const OPS_PER_PUSH = 500;
const LEAVE = 1_000;

/** The SDK as an app has it: its replica is in its storage, with the cursor up to which it knows everything. */
export async function prepareCuepointDevice({
  url,
  user,
  history,
  countFrames,
}: BehindDeviceOptions): Promise<BehindDevice> {
  const writer = await connectWriter(url, user.token);
  const storage = memoryStorage();

  function open(onSocket: (socket: CountedSocket) => void): Promise<WatchState> {
    return createWatchState({
      url: url.replace(/^ws/, 'http').replace(/\/api\/v1\/ws$/, ''),
      getToken: () => user.token,
      device: { deviceType: 'Phone', platform: 'bench', appVersion: '1.0.0', deviceId: 'phone' },
      storage,
      createSocket(address) {
        const socket = new WebSocket(address, { perMessageDeflate: false });
        onSocket(socket);
        return socket;
      },
    });
  }

  await writer.push(opsOf(history.state));
  const before = await open(() => undefined);
  await whenOnline(before.status);
  await before.close();
  await writer.push(opsOf(history.messages));
  writer.close();
  return {
    async catchUp() {
      let startedAtMs = NaN;
      let frames = { sentBytes: NaN, receivedBytes: NaN, receivedFrames: NaN };
      const state = await open((socket) => {
        // The replica was read from the storage before: it is there, as the peers' documents are.
        startedAtMs = performance.now();
        frames = countFrames(socket);
      });
      await whenOnline(state.status);
      const elapsedMs = performance.now() - startedAtMs;
      const counted = { ...frames };
      const registers = state.progress.list().length;
      const listed = state.watchlist.size;
      await state.close();
      return { elapsedMs, frames: counted, listed, registers };
    },
  };
}

interface SaidOps {
  readonly changes?: readonly WireOp[];
  readonly ops?: readonly WireOp[];
}

function opsOf(messages: readonly Uint8Array[]): WireOp[] {
  return messages.flatMap((message) => {
    const { changes, ops = changes } = JSON.parse(Buffer.from(message).toString()) as SaidOps;
    return ops ?? [];
  });
}

/** The user's other device. */
async function connectWriter(url: string, token: string) {
  let onAck: () => void = () => undefined;
  const { socket } = await connectDevice({
    url,
    token,
    deviceId: 'tv',
    onMessage({ type, code, results = [] }) {
      if (type === 'error') throw new Error(`a push failed: ${code}`);
      const failed = results.find(({ result }) => result !== 'applied');
      if (failed !== undefined) throw new Error(`an op was ${failed.result}: ${failed.code}`);
      if (type === 'ack') onAck();
    },
    onLost: () => undefined,
  });
  return {
    async push(ops: readonly WireOp[]): Promise<void> {
      for (let from = 0; from < ops.length; from += OPS_PER_PUSH) {
        const some = ops.slice(from, from + OPS_PER_PUSH);
        const acked = new Promise<void>((resolve) => {
          onAck = resolve;
        });
        socket.send(JSON.stringify({ type: 'push', id: String(from), ops: some }));
        await acked;
      }
    },
    close: () => socket.close(LEAVE),
  };
}
