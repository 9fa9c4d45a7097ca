import { createMemoryFeed } from '../feed/memory-feed.ts';
import { catchUp } from '../live/catch-up.ts';
import type { UserChannel } from '../live/user-channel.ts';
import { UserChannels } from '../live/user-channels.ts';
import type { ScriptedChanges } from './scripted-changes.ts';
import { ScriptedSession } from './scripted-session.ts';

/** A user's channel that nothing but the test drives. */
export function createScriptedChannel(): {
  readonly channels: UserChannels;
  readonly channel: UserChannel;
} {
  const channels = new UserChannels({
    feed: createMemoryFeed(),
    now: () => 0,
    onEvent: () => undefined,
  });
  return { channels, channel: channels.acquire('user') };
}

/** A session of its own device that reads its way in as a welcome does. @returns resolves when it is live. */
export function join(
  channel: UserChannel,
  changes: ScriptedChanges,
  deviceId: string,
  cursor?: string,
): { readonly peer: ScriptedSession; readonly joined: Promise<void> } {
  const peer = new ScriptedSession({ id: deviceId, deviceId });
  peer.session.cursor = cursor;
  channel.sessions.add(peer.session);
  const joined = catchUp(changes.readChanges, peer.session, channel).then(() => {
    peer.session.isWelcomed = true;
  });
  return { peer, joined };
}

/** The contents that a peer was told of. */
export function contentsOf(peer: ScriptedSession): Set<string> {
  const contents = new Set<string>();
  for (const message of peer.sent) {
    if (message.type !== 'changes') continue;
    for (const { contentId = '' } of message.ops) contents.add(contentId);
  }
  return contents;
}

/** Lets every promise that is ready settle, with what it starts. */
export function settle(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
