import type { WebSocketLike } from '@cuepoint/client';

/** The network of one device of the playground: what goes through it can be cut. */
export interface NetworkSwitch {
  readonly isOn: boolean;
  createSocket(url: string): WebSocketLike;
  /** What the page of a device that is left still sends. */
  sendLast(url: string, token: string, body: string): void;
  /** @throws when it is off, as `fetch` does without a network. */
  requireOn(): void;
  set(isOn: boolean): void;
}

export function createNetworkSwitch(isOnAtFirst: boolean): NetworkSwitch {
  const sockets = new Set<WebSocket>();
  let isOn = isOnAtFirst;
  return {
    get isOn() {
      return isOn;
    },
    createSocket(url) {
      this.requireOn();
      const socket = new WebSocket(url);
      sockets.add(socket);
      socket.addEventListener('close', () => sockets.delete(socket));
      return socket;
    },
    sendLast(url, token, body) {
      if (!isOn) return;
      const headers = { authorization: `Bearer ${token}`, 'content-type': 'application/json' };
      fetch(url, { method: 'POST', headers, body, keepalive: true }).catch(() => undefined);
    },
    requireOn() {
      if (!isOn) throw new TypeError('This device is offline.');
    },
    set(next) {
      isOn = next;
      if (!isOn) for (const socket of sockets) socket.close();
    },
  };
}
