import { randomUUID } from 'node:crypto';
import { timestampToText, type WireOp } from '@cuepoint/core';
import {
  createWatchState,
  type ClientStorage,
  type WatchState,
  type WebSocketLike,
} from '@cuepoint/client';
import { createStamps } from '../support/data-set.ts';
import type { HistoryChange } from '../support/watch-history.ts';
import type { EncodedHistory, Replica, ReplicaLibrary } from './replica.ts';

const OPS_PER_PAGE = 500;

/** The SDK as an app has it, over a socket that says what the service would. */
export const cuepointLibrary: ReplicaLibrary = { encode, join, open };

function encode(
  start: readonly HistoryChange[],
  changes: readonly HistoryChange[],
): EncodedHistory {
  const toOp = createOps();
  const startOps = start.map(toOp);
  const state: Uint8Array[] = [];
  for (let from = 0; from < startOps.length; from += OPS_PER_PAGE) {
    const ops = startOps.slice(from, from + OPS_PER_PAGE);
    const more = from + OPS_PER_PAGE < startOps.length;
    const cursor = more ? undefined : 'v1.e30';
    const page = { resync: true, more, cursor };
    state.push(
      from === 0
        ? toBytes(Object.assign(page, welcomeOf(ops)))
        : toBytes(Object.assign(page, { type: 'changes', ops })),
    );
  }
  return { state, messages: changes.map((change) => toBytes(changesOf([toOp(change)]))) };
}

function join(messages: readonly Uint8Array[]): Uint8Array {
  const ops = messages.flatMap((message) => {
    const { ops: some } = JSON.parse(Buffer.from(message).toString()) as { readonly ops: WireOp[] };
    return some;
  });
  return toBytes(changesOf(ops));
}

function welcomeOf(changes: readonly WireOp[]) {
  const [userId, serverTime] = [randomUUID(), Date.now()];
  return { type: 'welcome', protocol: 2, userId, serverTime, changes };
}

function changesOf(ops: readonly WireOp[]) {
  return { type: 'changes', ops };
}

function createOps(): (change: HistoryChange) => WireOp {
  const nextStamp = createStamps();
  const tags = new Map<string, string>();
  return (change) => {
    const { contentId } = change;
    const stamped = { contentId, timestamp: timestampToText(nextStamp()), deviceId: 'tv' };
    if (change.kind === 'progress') {
      const { positionSeconds, durationSeconds, state } = change;
      return { kind: 'progress.set', positionSeconds, durationSeconds, state, ...stamped };
    }
    if (change.kind === 'remove') {
      return { kind: 'watchlist.remove', tags: [tags.get(contentId) ?? ''], ...stamped };
    }
    const tag = randomUUID();
    tags.set(contentId, tag);
    return { kind: 'watchlist.add', tag, ...stamped };
  };
}

function toBytes(message: object): Uint8Array {
  return Buffer.from(JSON.stringify(message));
}

async function open(): Promise<Replica> {
  const { state, receive } = await openState();
  return {
    receive,
    async settled() {
      await whenOnline(state.status);
      await state.whenStored();
    },
    read() {
      const registers = state.progress.list().length;
      return { listed: state.watchlist.size, registers };
    },
  };
}

/** A state that has said hello, and what it receives then. */
export async function openState(storage = STORES_NOTHING) {
  const socket = new SaidSocket();
  const greeted = new Promise<void>((resolve) => {
    socket.onHello = resolve;
  });
  const state = await createWatchState({
    url: 'http://service.invalid',
    getToken: () => `e30.${btoa('{"sub":"someone"}')}.`,
    device: { deviceType: 'Phone', platform: 'bench', appVersion: '1.0.0', deviceId: 'phone' },
    storage,
    createSocket() {
      queueMicrotask(() => socket.open());
      return socket;
    },
  });
  await greeted;
  const decoder = new TextDecoder();
  return { state, receive: (message: Uint8Array) => socket.say(decoder.decode(message)) };
}

/** Resolves when the last page of a welcome is in the replica. */
export function whenOnline(status: WatchState['status']): Promise<void> {
  return new Promise((resolve) => {
    const look = () => {
      if (!status.get().isOnline) return;
      end();
      resolve();
    };
    const end = status.subscribe(look);
    look();
  });
}

/** What a browser's storage holds is not in the page's memory; a storage in memory would count it twice. */
const STORES_NOTHING: ClientStorage = {
  read: async () => [],
  write: async () => undefined,
  clear: async () => undefined,
};

class SaidSocket implements WebSocketLike {
  readyState = 0;
  onopen: ((event: never) => void) | null = null;
  onmessage: ((event: never) => void) | null = null;
  onclose: ((event: never) => void) | null = null;
  onerror: ((event: never) => void) | null = null;
  onHello: () => void = () => undefined;

  open(): void {
    this.readyState = 1;
    this.onopen?.({} as never);
  }

  say(data: string): void {
    this.onmessage?.({ data } as never);
  }

  send(): void {
    this.onHello();
  }

  close(): void {
    this.readyState = 3;
  }
}
