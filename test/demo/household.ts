import { HybridLogicalClock, type Op, type PlaybackState } from '@cuepoint/core';
import { randomUUID } from 'node:crypto';
import type { Api } from './api.ts';
import { Replica } from '../support/replica.ts';

export interface DeviceSpec {
  readonly deviceId: string;
  /** How far this device's wall clock is off, in ms. The service refuses what is a minute ahead. */
  readonly skewMs: number;
}

export const HOUSEHOLD: readonly DeviceSpec[] = [
  { deviceId: 'living-room-tv', skewMs: 0 },
  { deviceId: 'phone-anna', skewMs: 20_000 },
  { deviceId: 'phone-ben', skewMs: -3_600_000 },
  { deviceId: 'kitchen-tablet', skewMs: -45_000 },
  { deviceId: 'laptop-browser', skewMs: 5_000 },
];

const OPS_PER_PUSH = 20;
const FILM_SECONDS = 7_200;

/**
 * A device that acts on its own view, offline from the others: it queues ops, pushes them a few at a
 * time, and takes an op from its queue only with the service's answer for it.
 */
export class SimulatedDevice {
  readonly deviceId: string;
  readonly acknowledged: Op[] = [];
  readonly results: string[] = [];
  readonly #skewMs: number;
  readonly #clock = new HybridLogicalClock();
  readonly view = new Replica();
  readonly #random: () => number;
  readonly #titles: readonly string[];
  #outbox: Op[] = [];
  #cursor: string | undefined;

  constructor(spec: DeviceSpec, titles: readonly string[], random: () => number) {
    this.deviceId = spec.deviceId;
    this.#skewMs = spec.skewMs;
    this.#titles = titles;
    this.#random = random;
  }

  get pending(): number {
    return this.#outbox.length;
  }

  /** Makes up what a person does next, and queues it. */
  act(): void {
    const contentId = this.#pick(this.#titles);
    const tags = this.view.watchlist.liveTags(contentId);
    const chance = this.#random();
    const stamp = {
      timestamp: this.#clock.tick(Date.now() + this.#skewMs),
      deviceId: this.deviceId,
    };
    if (chance < 0.4) {
      this.#queue({ kind: 'watchlist.add', contentId, tag: randomUUID(), ...stamp });
    } else if (chance < 0.55 && tags.length > 0) {
      this.#queue({ kind: 'watchlist.remove', contentId, tags, ...stamp });
    } else if (chance < 0.6) {
      this.#queue({ kind: 'progress.clear', contentId, ...stamp });
    } else {
      this.#queue({
        kind: 'progress.set',
        contentId,
        positionSeconds: Math.floor(this.#random() * FILM_SECONDS),
        durationSeconds: FILM_SECONDS,
        state: this.#pick<PlaybackState>(['playing', 'paused', 'stopped']),
        ...stamp,
      });
    }
  }

  /** Sends the oldest ops and learns what the others did. Without an answer they stay queued as they are. */
  async sync(api: Api): Promise<void> {
    const ops = this.#outbox.slice(0, OPS_PER_PUSH);
    const { results, changes, cursor } = await api.sync(this.deviceId, ops, this.#cursor);
    this.acknowledged.push(...ops);
    this.results.push(...results);
    this.#outbox = this.#outbox.slice(ops.length);
    this.#cursor = cursor;
    for (const op of changes) {
      this.view.apply(op);
      this.#clock.receive(op.timestamp, Date.now() + this.#skewMs);
    }
  }

  #queue(op: Op): void {
    this.view.apply(op);
    this.#outbox.push(op);
  }

  #pick<T>(items: readonly T[]): T {
    const item = items[Math.floor(this.#random() * items.length)];
    if (item === undefined) throw new Error('nothing to pick from');
    return item;
  }
}
