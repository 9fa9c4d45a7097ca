import { CLOSE_CODES, CuepointError, isCuepointError, retryAfterToReason } from '@cuepoint/core';
import type { ChangesPage, ChangesRequest } from '@cuepoint/store';
import { createUserLimit } from '../service/user-limit.ts';
import { catchUp } from './catch-up.ts';
import { CHANGES_PER_MESSAGE, PULLS_AT_ONCE_MAX } from './limits.ts';
import { pageToChanges } from './pages.ts';
import { refusalOf } from './refusal.ts';
import type { Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

export interface HealerDeps {
  readonly channels: UserChannels;
  readonly readChanges: (userId: string, request: ChangesRequest) => Promise<ChangesPage>;
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
  catchUp(session: Session, channel: UserChannel): void;
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
  const limit = createUserLimit({ atOnceMax: PULLS_AT_ONCE_MAX, perUserMax: 2 });
  const readPage: HealerDeps['readChanges'] = (userId, request) =>
    limit.run(userId, () => deps.readChanges(userId, request));
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
        await pullForAll(channel);
        // Not awaited: one that does not take its pages holds up none of the others. [LIV4]
        for (const session of channel.sessions) {
          if (isLive(session) && !channel.covers(session)) run(bringUp(session, channel));
        }
        await limit.run(channel.userId, () => healDevices(channel));
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

  /** For those who were sent everything before the channel's cursor; a refused one serves nobody. [CUR2] */
  async function pullForAll(channel: UserChannel): Promise<void> {
    const watching = [...channel.sessions]
      .filter((session) => isLive(session) && channel.covers(session))
      .map((session) => ({ session, lapses: session.lapses }));
    const { cursor } = channel;
    let next: { cursor: string } | { page: string } | undefined =
      cursor === undefined || watching.length === 0 ? undefined : { cursor };
    if (next === undefined) channel.moveTo(undefined, []);
    while (next !== undefined) {
      const page = await readPage(channel.userId, { ...next, limit: CHANGES_PER_MESSAGE });
      if (page.resync) {
        channel.moveTo(undefined, []);
        return;
      }
      onHealed(page.ops.length);
      const throughout = watching
        .filter(({ session, lapses }) => isLive(session) && session.lapses === lapses)
        .map(({ session }) => session);
      sendPage(page, throughout);
      if (page.cursor !== undefined) channel.moveTo(page.cursor, throughout);
      next = page.page === undefined ? undefined : { page: page.page };
    }
  }

  function sendPage(page: ChangesPage, sessions: readonly Session[]): void {
    const text = JSON.stringify(pageToChanges(page));
    for (const session of sessions) {
      if (session.socket.isFull) session.fallBehind();
      else {
        if (page.cursor !== undefined) session.cursor = page.cursor;
        session.socket.sendText(text);
      }
    }
  }

  /** A session that cannot be caught up would wait for ever: it is sent away, to come back. */
  async function bringUp(session: Session, channel: UserChannel): Promise<void> {
    try {
      await catchUp(readPage, session, channel);
    } catch (error) {
      // Its pages are void: it begins anew, without its cursor.
      if (isCuepointError(error) && error.code === 'invalid_cursor') {
        session.fail(error, refusalOf(error).code);
        return;
      }
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
      for (const channel of channels.values()) {
        if (channel.healedAtMs <= dueBeforeMs && !channel.isHealing) heal(channel);
      }
    },
    healAll() {
      for (const channel of channels.values()) heal(channel);
    },
    catchUp(session, channel) {
      if (state.isStopped) return;
      // What it was not told of the devices meanwhile comes after.
      run(
        bringUp(session, channel).then(() => limit.run(channel.userId, () => healDevices(channel))),
      );
    },
    async stop() {
      state.isStopped = true;
      await Promise.all(running);
    },
  };
}

function isLive({ phase, isClosing }: Session): boolean {
  return phase === 'live' && !isClosing;
}
