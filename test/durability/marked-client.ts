import { randomBytes, randomUUID } from 'node:crypto';
import { API_PREFIX, mintToken } from '@cuepoint/server';
import { timestampToText } from '@cuepoint/core';
import { RawClient } from '../../packages/server/src/testing/raw-client.ts';
import { newMark } from './flush-order.ts';

export const SECRET = 'a secret of the durability tests, long enough';
const DEVICE_ID = 'marking-device';
const TOKEN_TTL_SECONDS = 3_600;

/** A device whose every op carries a mark that a trace can be searched for. */
export class MarkedClient {
  readonly userId: string;
  readonly socket: RawClient;
  readonly #address: string;
  readonly #token: string;
  #stampMs = Date.now();

  private constructor(userId: string, token: string, address: string, socket: RawClient) {
    this.userId = userId;
    this.#token = token;
    this.#address = address;
    this.socket = socket;
  }

  static async connect(address: string, userId: string = randomUUID()): Promise<MarkedClient> {
    const secret = new TextEncoder().encode(SECRET);
    const token = await mintToken(secret, { userId, ttlSeconds: TOKEN_TTL_SECONDS }, Date.now());
    const socket = await RawClient.open(`${address.replace('http', 'ws')}${API_PREFIX}/ws`);
    socket.hello(token, DEVICE_ID);
    await socket.take('welcome');
    return new MarkedClient(userId, token, address, socket);
  }

  newMark(): string {
    return newMark(randomBytes(6).toString('hex'));
  }

  /** Sends the op of this mark; a repeat with the same stamp is the same op. @returns the stamp. */
  push(mark: string, timestamp: string = this.newStamp()): string {
    const op = { kind: 'progress.set', contentId: mark, timestamp, ...POSITION };
    this.socket.send({ type: 'push', id: mark, ops: [op] });
    return timestamp;
  }

  newStamp(): string {
    this.#stampMs += 1;
    return timestampToText({ physical: this.#stampMs, logical: 0 });
  }

  /** One write over HTTP. @returns the status. */
  async put(mark: string): Promise<number> {
    const answer = await fetch(`${this.#address}${API_PREFIX}/progress/${mark}`, {
      method: 'PUT',
      headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
      body: JSON.stringify(POSITION),
    });
    await answer.arrayBuffer();
    return answer.status;
  }

  /** How an acknowledged push went, or `undefined` while there is no ack. */
  resultOf(mark: string): string | undefined {
    for (const message of this.socket.received) {
      if (message.type === 'ack' && message.id === mark) return message.results[0]?.result;
    }
    return undefined;
  }

  async untilAcked(marks: readonly string[]): Promise<void> {
    await this.socket.until(
      () => marks.every((mark) => this.resultOf(mark) !== undefined),
      'acknowledged',
    );
  }
}

const POSITION = { positionSeconds: 600, durationSeconds: 7_200, state: 'playing' };
