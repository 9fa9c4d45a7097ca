import { WebSocket, type RawData } from 'ws';

/** What the generator reads of the messages that the service sends. */
export interface DownMessage {
  readonly type: string;
  readonly id?: string;
  readonly code?: string;
  readonly message?: string;
  readonly more?: boolean;
  readonly changes?: readonly ChangedOp[];
  readonly ops?: readonly ChangedOp[];
  readonly results?: readonly { readonly result: string; readonly code?: string }[];
}

export interface ChangedOp {
  readonly positionSeconds?: number;
}

export interface DeviceOptions {
  readonly url: string;
  readonly token: string;
  readonly deviceId: string;
  /** Source address: one address has some 28,000 ports. */
  readonly localAddress?: string;
  /** Every message after the welcome and its pages. */
  onMessage(this: void, message: DownMessage): void;
  /** The socket ended after the welcome, and `close` was not called on it. */
  onLost(this: void, error: Error): void;
}

export interface ConnectedDevice {
  readonly socket: WebSocket;
  /** Changes in the welcome and its pages. */
  readonly rows: number;
  /** When the last page was parsed, by `performance.now()`. */
  readonly welcomedAtMs: number;
}

/** Opens a socket, says hello and waits for the welcome. Rejects when the socket ends before it. */
export function connectDevice(options: DeviceOptions): Promise<ConnectedDevice> {
  const { url, localAddress, onMessage, onLost } = options;
  return new Promise((resolve, reject) => {
    const socket = new WebSocket(url, {
      perMessageDeflate: false,
      ...(localAddress === undefined ? {} : { localAddress }),
    });
    let rows = 0;
    let isWelcome = false;
    let failure: Error | undefined;

    socket.on('open', () => socket.send(helloOf(options)));
    socket.on('error', (error) => {
      failure = error;
    });
    socket.on('close', (code, reason) => {
      const error = failure ?? new Error(`the service closed a socket: ${code} ${String(reason)}`);
      if (isWelcome) onLost(error);
      else reject(error);
    });
    socket.on('message', (data: RawData) => {
      const message = parse(data);
      if (isWelcome) return onMessage(message);
      if (message.type === 'error') failure = new Error(`${message.code}: ${message.message}`);
      if (message.type !== 'welcome' && message.type !== 'changes') return;
      rows += (message.changes ?? message.ops ?? []).length;
      if (message.more === true) return;
      isWelcome = true;
      resolve({ socket, rows, welcomedAtMs: performance.now() });
    });
  });
}

function parse(data: RawData): DownMessage {
  if (!Buffer.isBuffer(data)) throw new Error('ws gives a message as one buffer');
  return JSON.parse(data.toString()) as DownMessage;
}

function helloOf({ token, deviceId }: DeviceOptions): string {
  return JSON.stringify({
    type: 'hello',
    protocol: 2,
    token,
    device: { deviceId, deviceType: 'Phone', platform: 'bench', appVersion: '1.0.0' },
  });
}
