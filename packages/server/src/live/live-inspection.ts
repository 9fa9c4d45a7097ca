import type { OpWatcher, OpWatchers } from './op-watchers.ts';
import type { Session, SessionPhase } from './session.ts';
import type { UserChannels } from './user-channels.ts';

/** One session as an operator sees it. */
export interface SessionReport {
  readonly sessionId: string;
  readonly deviceId: string;
  readonly phase: SessionPhase;
  /** Whether it was sent everything before a point that is known. */
  readonly hasCursor: boolean;
  readonly pushesInFlight: number;
  /** What waits for its socket, about. */
  readonly bytesWaiting: number;
  /** In ms since the epoch, like the next. */
  readonly openedAtMs: number;
  readonly lastHeardAtMs: number;
}

/** What an operator may look at of the users who are held here. */
export interface LiveInspection {
  /** The user's sessions on this instance, in the order in which they came. */
  sessionsOf(userId: string): readonly SessionReport[];
  /**
   * Resolves once every op of the user is told: those of this instance with what became of each, those that
   * other instances committed as far as the feed tells of them. The user is held until it ends.
   *
   * @returns ends it.
   */
  watchOps(userId: string, watcher: OpWatcher): Promise<() => void>;
}

export function createLiveInspection({
  channels,
  watchers,
  now,
  monotonic,
}: {
  readonly channels: UserChannels;
  readonly watchers: OpWatchers;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
  readonly monotonic: () => number;
}): LiveInspection {
  return {
    sessionsOf(userId) {
      const epochMs = now() - monotonic();
      const sessions = [...(channels.find(userId)?.sessions ?? [])];
      return sessions.flatMap((session) => reportOf(session, epochMs));
    },

    async watchOps(userId, watcher) {
      const channel = channels.acquire(userId);
      try {
        await channel.subscribed;
      } catch (error) {
        channels.release(channel);
        throw error;
      }
      const endWatch = watchers.add(userId, watcher);
      let hasEnded = false;
      return () => {
        if (hasEnded) return;
        hasEnded = true;
        endWatch();
        channels.release(channel);
      };
    },
  };
}

/**
 * Nothing of a socket whose hello was not accepted yet.
 *
 * @param epochMs when the monotonic clock stood at 0, by the wall clock.
 */
function reportOf(session: Session, epochMs: number): SessionReport[] {
  const { id, deviceId, phase, cursor, pushesInFlight, socket, openedAtMs, lastHeardAtMs } =
    session;
  if (deviceId === undefined) return [];
  return [
    {
      sessionId: id,
      deviceId,
      phase,
      hasCursor: cursor !== undefined,
      pushesInFlight,
      bytesWaiting: socket.bufferedBytes,
      openedAtMs: epochMs + openedAtMs,
      lastHeardAtMs: epochMs + lastHeardAtMs,
    },
  ];
}
