import { CLOSE_CODES, CuepointError, retryAfterToReason } from '@cuepoint/core';
import pLimit from 'p-limit';
import { catchUp, type ReadChanges } from './catch-up.ts';
import { PULLS_AT_ONCE_MAX, SEND_BUFFER_MAX_BYTES } from './limits.ts';
import { pageToChanges } from './pages.ts';
import type { Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

export interface HealerDeps {
  readonly channels: UserChannels;
  readonly readChanges: ReadChanges;
  /** Tells the user's sessions which devices there are, and ends those of revoked ones. */
  readonly healDevices: (channel: UserChannel) => Promise<void>;
  readonly now: () => number;
  readonly onHealed: (changes: number) => void;
  readonly onFailed: (error: unknown) => void;
}

export interface HealerOptions {
  /** How often each user is pulled for, in ms. [LIV2] */
  readonly intervalMs: number;
}

export interface Healer {
  /** Pulls for the users whose turn it is. */
  tick(): void;
  /** Events of anybody may have been missed: everyone's turn has come. [LIV2] */
  healAll(): void;
  /** Something of this user was missed. */
  heal(channel: UserChannel): void;
  /** A session whose socket was too slow has drained. [LIV4] */
  catchUp(session: Session, userId: string): void;
  /** Resolves when no pull is under way. */
  stop(): Promise<void>;
}

/** After a pull that failed. */
const RETRY_DELAY_MS = 5_000;

/**
 * Pulls from the database what the feed may have lost: the feed is a hint, the cursor is the truth. [LIV2]
 *
 * One indexed read of a user's changes serves all of the user's sessions; few run at one time, so that a feed
 * that comes back does not hold up the commits.
 */
export function createHealer(deps: HealerDeps, { intervalMs }: HealerOptions): Healer {
  const { channels, now, healDevices, onHealed, onFailed } = deps;
  const limit = pLimit(PULLS_AT_ONCE_MAX);
  const readChanges: ReadChanges = (userId, request) =>
    limit(() => deps.readChanges(userId, request));
  const running = new Set<Promise<void>>();
  const state = { isStopped: false };

  function run(work: Promise<void>): void {
    const settled = work.catch(onFailed).finally(() => running.delete(settled));
    running.add(settled);
  }

  function heal(channel: UserChannel): void {
    if (state.isStopped) return;
    for (const session of channel.sessions) if (session.phase === 'reading') session.miss();
    channel.needsHealing = true;
    if (channel.isHealing) return;
    channel.isHealing = true;
    run(healUntilWhole(channel));
  }

  async function healUntilWhole(channel: UserChannel): Promise<void> {
    try {
      while (channel.needsHealing && channel.sessions.size > 0 && !state.isStopped) {
        channel.needsHealing = false;
        const cursor = channel.cursor;
        const isServed = cursor !== undefined && (await pullForAll(channel, cursor));
        if (!isServed) await pullForEach(channel);
        await limit(() => healDevices(channel));
      }
      channel.healedAtMs = now();
    } catch (error) {
      channel.needsHealing = false;
      channel.healedAtMs = now() - intervalMs + RETRY_DELAY_MS;
      throw error;
    } finally {
      channel.isHealing = false;
    }
  }

  /** @returns false when the cursor was refused: the pages would be a whole state. [CUR2] */
  async function pullForAll(channel: UserChannel, cursor: string): Promise<boolean> {
    const live = [...channel.sessions].filter(({ phase }) => phase === 'live');
    const watching = live.map((session) => ({ session, lapses: session.lapses }));
    let next: { cursor: string } | { page: string } | undefined = { cursor };
    while (next !== undefined) {
      const page = await readChanges(channel.userId, { ...next, limit: CHANGES_PER_PULL });
      if (page.resync) return false;
      onHealed(page.ops.length);
      const text = JSON.stringify(pageToChanges(page));
      for (const { session, lapses } of watching) {
        if (session.lapses !== lapses || session.isClosing) continue;
        if (session.socket.bufferedBytes > SEND_BUFFER_MAX_BYTES) session.fallBehind();
        else {
          session.socket.sendText(text);
          if (page.cursor !== undefined) session.cursor = page.cursor;
        }
      }
      if (page.cursor !== undefined) channel.cursor = page.cursor;
      next = page.page === undefined ? undefined : { page: page.page };
    }
    return true;
  }

  /** Each from its own cursor, the others after the first: so its cursor is before all of theirs. */
  async function pullForEach(channel: UserChannel): Promise<void> {
    channel.cursor = undefined;
    for (const session of channel.sessions) {
      if (session.phase !== 'live' || session.isClosing) continue;
      await bringUp(session, channel.userId);
      if (!session.isClosing) channel.cursor ??= session.cursor;
    }
  }

  /** A session that cannot be caught up would wait for ever: it is sent away, to come back. */
  async function bringUp(session: Session, userId: string): Promise<void> {
    try {
      await catchUp(readChanges, session, userId);
    } catch (error) {
      session.fail(
        new CuepointError('database_unavailable', 'The changes could not be read.', {
          cause: error,
          retryAfterMs: RETRY_DELAY_MS,
        }),
        CLOSE_CODES.overloaded,
        retryAfterToReason(RETRY_DELAY_MS),
      );
      throw error;
    }
  }

  return {
    heal,
    tick() {
      const dueBeforeMs = now() - intervalMs;
      for (const channel of channels.values()) if (channel.healedAtMs <= dueBeforeMs) heal(channel);
    },
    healAll() {
      for (const channel of channels.values()) heal(channel);
    },
    catchUp(session, userId) {
      if (state.isStopped) return;
      run(
        bringUp(session, userId).then(() => {
          const channel = channels.find(userId);
          // What it was not told of the devices meanwhile.
          return channel === undefined ? undefined : healDevices(channel);
        }),
      );
    },
    async stop() {
      state.isStopped = true;
      await Promise.all(running);
    },
  };
}

const CHANGES_PER_PULL = 500;
