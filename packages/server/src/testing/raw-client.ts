import { PROTOCOL_VERSION, type HelloDevice } from '@cuepoint/core';
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { WebSocket, type ClientOptions } from 'ws';
import { readDownMessage, type Down } from '../../../../test/support/live/down-messages.ts';
import { Watchers } from '../../../../test/support/live/watchers.ts';
import type { DownMessage } from '@cuepoint/core';

export interface Closed {
  readonly code: number;
  readonly reason: string;
}

/** How an upgrade was refused. */
export interface Refusal {
  readonly status: number;
  readonly headers: IncomingMessage['headers'];
  /** Of the problem, untyped: tests say what they expect. */
  // oxlint-disable-next-line typescript/no-explicit-any
  readonly body: any;
}

/** A socket that says whatever a test wants, when it wants. */
export class RawClient {
  readonly received: DownMessage[] = [];
  readonly socket: WebSocket;
  pings = 0;
  closed: Closed | undefined;
  #untaken: DownMessage[] = [];
  readonly #watchers = new Watchers();

  private constructor(socket: WebSocket) {
    this.socket = socket;
    socket.on('message', (data: Buffer) => {
      const message = readDownMessage(data.toString());
      this.received.push(message);
      this.#untaken.push(message);
      this.#watchers.notify();
    });
    socket.on('ping', () => {
      this.pings += 1;
      this.#watchers.notify();
    });
    // A close with 1006 follows each error.
    socket.on('error', () => undefined);
    socket.on('close', (code, reason) => {
      this.closed = { code, reason: reason.toString() };
      this.#watchers.notify();
    });
  }

  static async open(url: string, options: ClientOptions = {}): Promise<RawClient> {
    const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    const client = new RawClient(socket);
    await once(socket, 'open');
    return client;
  }

  /** @throws when the upgrade was not refused. */
  static async refusal(url: string, options: ClientOptions = {}): Promise<Refusal> {
    const socket = new WebSocket(url, { perMessageDeflate: false, ...options });
    socket.on('error', () => undefined);
    const answer = await Promise.race([
      once(socket, 'unexpected-response'),
      once(socket, 'open').then(() => {
        socket.terminate();
        throw new Error('the upgrade was not refused');
      }),
    ]);
    const response = answer[1] as IncomingMessage;
    let text = '';
    for await (const chunk of response) text += String(chunk);
    socket.terminate();
    return {
      status: response.statusCode ?? 0,
      headers: response.headers,
      body: text === '' ? undefined : JSON.parse(text),
    };
  }

  send(message: object | string | Buffer): void {
    const isRaw = typeof message === 'string' || Buffer.isBuffer(message);
    this.socket.send(isRaw ? message : JSON.stringify(message));
  }

  hello(token: string, deviceId: string, more: HelloOptions = {}): void {
    this.send(helloMessage(token, deviceId, more));
  }

  /** Resolves with the next message of these types that no call has taken. */
  async take<Type extends DownMessage['type']>(...types: Type[]): Promise<Down<Type>> {
    const isWanted = ({ type }: DownMessage): boolean => types.includes(type as Type);
    await this.until(() => this.#untaken.some(isWanted), `told of ${types.join(' or ')}`);
    const at = this.#untaken.findIndex(isWanted);
    return this.#untaken.splice(at, 1)[0] as Down<Type>;
  }

  /** How many messages of this type have come. */
  count(type: DownMessage['type']): number {
    return this.received.filter((message) => message.type === type).length;
  }

  until(predicate: () => boolean, what = 'as awaited'): Promise<void> {
    const describe = () =>
      `not ${what}: closed ${JSON.stringify(this.closed)}, got ${JSON.stringify(this.received.slice(-3))}`;
    return this.#watchers.until(predicate, describe);
  }

  async untilClosed(): Promise<Closed> {
    await this.until(() => this.closed !== undefined, 'closed');
    return this.closed as Closed;
  }

  /** Resolves once the service has read all that was sent until now. */
  async roundTrip(): Promise<void> {
    this.socket.ping();
    await once(this.socket, 'pong');
  }

  /** Leaves with a clean close. */
  async close(): Promise<void> {
    this.socket.resume();
    this.socket.close(1000);
    await this.untilClosed();
  }
}

export interface HelloOptions {
  readonly cursor?: string;
  readonly protocol?: number;
  readonly device?: Partial<HelloDevice>;
}

export function helloMessage(
  token: string,
  deviceId: string,
  { cursor, protocol = PROTOCOL_VERSION, device }: HelloOptions = {},
): object {
  return {
    type: 'hello',
    protocol,
    token,
    device: { deviceId, deviceType: 'TV', platform: 'Tizen', appVersion: '1.0', ...device },
    ...(cursor === undefined ? {} : { cursor }),
  };
}
