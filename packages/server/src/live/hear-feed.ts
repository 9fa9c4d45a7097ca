import { CLOSE_CODES, CuepointError } from '@cuepoint/core';
import type { Feed, FeedEvent } from '../feed/feed.ts';
import type { Commands } from './commands.ts';
import type { Healer } from './healer.ts';
import type { OpWatchers } from './op-watchers.ts';
import type { Presence } from './presence.ts';
import { openedElsewhere } from './take-over.ts';
import type { Session } from './session.ts';
import type { UserChannel } from './user-channel.ts';

export interface HearFeedDeps {
  readonly feed: Feed;
  readonly healer: Healer;
  readonly presence: Presence;
  readonly commands: Commands;
  readonly watchers: OpWatchers;
  readonly monotonic: () => number;
}

/** Passes on what another instance says of a user who is held here. [LIV3] */
export function hearFeed(
  { feed, healer, presence, commands, watchers, monotonic }: HearFeedDeps,
  channel: UserChannel,
  event: FeedEvent,
): void {
  switch (event.kind) {
    case 'changes':
      for (const op of event.ops) {
        channel.deliver(JSON.stringify(op));
        if (watchers.isWatched(channel.userId)) {
          const told = { op, result: 'applied', isPassive: false, isFromElsewhere: true } as const;
          watchers.tell(channel.userId, told);
        }
      }
      return;
    case 'pull':
      healer.heal(channel);
      return;
    case 'presence':
      presence.heard(channel, event.devices);
      return;
    case 'session':
      openedElsewhere({ feed, monotonic }, channel, event);
      return;
    case 'revoked':
      presence.endGone([...channel.sessions].filter(isOf(event.deviceId)));
      return;
    case 'erased':
      presence.endGone(channel.sessions);
      return;
    case 'command':
    case 'commandTaken':
    case 'commandResult':
      commands.heard(channel, event);
  }
}

const isOf = (deviceId: string) => (session: Session) => session.deviceId === deviceId;

/** A user who was erased has nothing to be live for. */
export function endErased(channel: UserChannel): void {
  channel.pendingLeaves.clear();
  for (const session of channel.sessions) {
    session.fail(new CuepointError('user_erased', 'The user was erased.'), CLOSE_CODES.userErased);
  }
}
