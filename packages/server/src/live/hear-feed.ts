import { CLOSE_CODES, CuepointError } from '@cuepoint/core';
import type { FeedEvent } from '../feed/feed.ts';
import type { Commands } from './commands.ts';
import { endReplaced } from './greet.ts';
import type { Healer } from './healer.ts';
import type { Presence } from './presence.ts';
import type { UserChannel } from './user-channel.ts';

export interface HearFeedDeps {
  readonly healer: Healer;
  readonly presence: Presence;
  readonly commands: Commands;
}

/** Passes on what another instance says of a user who is held here. [LIV3] */
export function hearFeed(
  { healer, presence, commands }: HearFeedDeps,
  channel: UserChannel,
  event: FeedEvent,
): void {
  switch (event.kind) {
    case 'changes':
      for (const op of event.ops) channel.deliver(JSON.stringify(op));
      return;
    case 'pull':
      healer.heal(channel);
      return;
    case 'presence':
      channel.broadcast({ type: 'presence', devices: [...event.devices] });
      return;
    case 'session':
      channel.openedElsewhere(event, endReplaced);
      return;
    case 'revoked':
      presence.endRevoked(channel, event.deviceId);
      return;
    case 'erased':
      endErased(channel);
      return;
    case 'command':
    case 'commandTaken':
    case 'commandResult':
      commands.heard(channel, event);
  }
}

/** A user who was erased has nothing to be live for. */
export function endErased(channel: UserChannel): void {
  channel.pendingLeaves.clear();
  for (const session of channel.sessions) {
    session.fail(new CuepointError('user_erased', 'The user was erased.'), CLOSE_CODES.userErased);
  }
}
