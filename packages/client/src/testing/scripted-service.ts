import type { Command, DevicePresence, WireOp } from '@cuepoint/core';
import type { CreateSocket, WebSocketLike } from '../connection/web-socket.ts';

interface UpMessage {
  readonly type: string;
  readonly id?: string;
  readonly ops?: readonly WireOp[];
  readonly command?: Command;
}

/** A service in a few lines: it welcomes, takes every op, and says what a test wants said. */
export class ScriptedService {
  readonly commands: Command[] = [];
  readonly #devices: DevicePresence[];
  #socket: (WebSocketLike & { readonly receive: (message: unknown) => void }) | undefined;

  constructor(devices: readonly DevicePresence[]) {
    this.#devices = [...devices];
  }

  readonly createSocket: CreateSocket = () => {
    const socket = {
      readyState: 1,
      onopen: null as WebSocketLike['onopen'],
      onmessage: null as WebSocketLike['onmessage'],
      onclose: null as WebSocketLike['onclose'],
      onerror: null as WebSocketLike['onerror'],
      // Not at once: no socket answers within the call.
      send: (text: string) => queueMicrotask(() => this.#answer(JSON.parse(text) as UpMessage)),
      close: () => undefined,
      receive: (message: unknown) => socket.onmessage?.({ data: JSON.stringify(message) } as never),
    };
    this.#socket = socket;
    queueMicrotask(() => socket.onopen?.({} as never));
    return socket;
  };

  tell(message: unknown): void {
    this.#socket?.receive(message);
  }

  #answer({ type, id, ops, command }: UpMessage): void {
    if (type === 'hello') {
      this.tell({
        type: 'welcome',
        userId: '6f1c1f4e-52a3-4c8e-9d3c-0d1f2a3b4c5d',
        serverTime: Date.now(),
        changes: [],
        resync: false,
        more: false,
        cursor: 'c1',
      });
      this.tell({ type: 'presence', devices: this.#devices });
    } else if (type === 'push') {
      this.tell({ type: 'ack', id, results: ops?.map(() => ({ result: 'applied' })) });
    } else if (type === 'command' && command !== undefined) {
      this.commands.push(command);
      this.tell({ type: 'commandResult', id, outcome: 'applied' });
    }
  }
}
