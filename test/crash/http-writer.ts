import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import {
  HybridLogicalClock,
  timestampToText,
  type WireOp,
  type WireOpResult,
} from '@cuepoint/core';
import { API_PREFIX } from '@cuepoint/server';
import type { Ledger } from './ledger.ts';

export interface HttpWriterOptions {
  /** Of the service, as this program reaches it. */
  readonly url: string;
  readonly userId: string;
  readonly token: string;
  readonly deviceId: string;
  readonly ledger: Ledger;
  readonly random: () => number;
}

const OPS_PER_PUSH = 3;
const PAUSE_MS = 80;
/** Between two tries of one push. */
const RETRY_MS = 150;
const ANSWER_TIMEOUT_MS = 4_000;
const CONTENTS = 300;
const FILM_SECONDS = 7_200;

/**
 * A program that writes over HTTP: one push after the other, each sent again as it is until it is answered.
 *
 * Of the SDK it has nothing.
 */
export class HttpWriter {
  readonly #options: HttpWriterOptions;
  readonly #clock = new HybridLogicalClock();
  readonly #ownTags: { readonly tag: string; readonly contentId: string }[] = [];
  readonly #ownPlays: string[] = [];
  #cursor: string | undefined;
  #running: Promise<void> | undefined;
  #isOn = false;
  #isClosed = false;
  #trouble: string | undefined;

  constructor(options: HttpWriterOptions) {
    this.#options = options;
  }

  /** An answer that must never be. */
  get trouble(): string | undefined {
    return this.#trouble;
  }

  start(): void {
    this.#isOn = true;
    this.#running ??= this.#run();
  }

  /** Resolves once the last push is answered. */
  async finish(): Promise<void> {
    this.#isOn = false;
    await this.#running;
    this.#running = undefined;
  }

  /** Gives up what is not answered. */
  async close(): Promise<void> {
    this.#isClosed = true;
    await this.finish();
  }

  async #run(): Promise<void> {
    while (this.#isOn) {
      await this.#push(Array.from({ length: OPS_PER_PUSH }, () => this.#nextOp()));
      await pause(PAUSE_MS);
    }
  }

  async #push(ops: readonly WireOp[]): Promise<void> {
    const { ledger, userId, deviceId } = this.#options;
    for (const op of ops) ledger.sent(userId, op);
    while (!this.#isClosed) {
      const results = await this.#send(ops);
      if (results === undefined) {
        await pause(RETRY_MS);
        continue;
      }
      for (const [index, op] of ops.entries()) {
        const result = results[index];
        if (result?.result === 'rejected' || result === undefined) {
          this.#trouble = `${op.kind} was refused: ${JSON.stringify(result)}`;
        } else ledger.acknowledged(userId, { op, deviceId, atMs: Date.now() });
      }
      return;
    }
  }

  /** `undefined`: no answer, or one that says to send it again. */
  async #send(ops: readonly WireOp[]): Promise<readonly WireOpResult[] | undefined> {
    const { url, token, deviceId } = this.#options;
    try {
      const answer = await fetch(`${url}${API_PREFIX}/sync`, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
        body: JSON.stringify({
          deviceId,
          ops,
          ...(this.#cursor !== undefined && { cursor: this.#cursor }),
        }),
        signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
      });
      const text = await answer.text();
      if (answer.status >= 500) return undefined;
      if (answer.status !== 200) {
        this.#trouble = `${answer.status} ${text}`;
        return undefined;
      }
      const { results, cursor } = JSON.parse(text) as {
        readonly results: readonly WireOpResult[];
        readonly cursor?: string;
      };
      this.#cursor = cursor ?? this.#cursor;
      return results;
    } catch {
      return undefined;
    }
  }

  #nextOp(): WireOp {
    const { random, deviceId } = this.#options;
    const timestamp = timestampToText(this.#clock.tick(Date.now()));
    const contentId = `series:${Math.floor(random() * CONTENTS)}`;
    const chance = random();
    if (chance < 0.35) {
      const tag = randomUUID();
      this.#ownTags.push({ tag, contentId });
      return { kind: 'watchlist.add', contentId, tag, timestamp, deviceId };
    }
    const own = chance < 0.5 ? this.#ownTags.shift() : undefined;
    if (own !== undefined) {
      const { tag, contentId: of } = own;
      return { kind: 'watchlist.remove', contentId: of, tags: [tag], timestamp, deviceId };
    }
    if (chance < 0.6) {
      const value = 1 + Math.floor(random() * 10);
      return {
        kind: 'register.set',
        register: 'rating',
        key: contentId,
        value,
        timestamp,
        deviceId,
      };
    }
    if (chance < 0.7) {
      const playId = randomUUID();
      this.#ownPlays.push(playId);
      return { kind: 'play.add', contentId, playId, timestamp, deviceId };
    }
    const play = chance < 0.75 ? this.#ownPlays.shift() : undefined;
    if (play !== undefined) return { kind: 'play.remove', playIds: [play], timestamp, deviceId };
    return {
      kind: 'progress.set',
      contentId,
      positionSeconds: Math.floor(random() * FILM_SECONDS),
      durationSeconds: FILM_SECONDS,
      state: 'playing',
      timestamp,
      deviceId,
    };
  }
}
