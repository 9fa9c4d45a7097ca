import type { Feed, FeedEvent } from '../feed/feed.ts';
import { UserChannel } from './user-channel.ts';

export interface UserChannelsDeps {
  readonly feed: Feed;
  readonly now: () => number;
  /** Told what other instances say of a user who is held here. */
  readonly onEvent: (channel: UserChannel, event: FeedEvent) => void;
}

/** The users that this instance holds: each is there while a session, a leave or a command needs it. */
export class UserChannels {
  readonly #byUserId = new Map<string, UserChannel>();
  readonly #deps: UserChannelsDeps;

  constructor(deps: UserChannelsDeps) {
    this.#deps = deps;
  }

  get size(): number {
    return this.#byUserId.size;
  }

  /** In the order in which the users came. */
  values(): IterableIterator<UserChannel> {
    return this.#byUserId.values();
  }

  find(userId: string): UserChannel | undefined {
    return this.#byUserId.get(userId);
  }

  /** The user's channel, made where there is none; `release` it when what it was opened for is over. */
  acquire(userId: string): UserChannel {
    let channel = this.#byUserId.get(userId);
    if (channel === undefined) {
      const { feed, now, onEvent } = this.#deps;
      const opened: UserChannel = new UserChannel(userId, now(), () =>
        feed.subscribe(userId, (event) => onEvent(opened, event)),
      );
      channel = opened;
      this.#byUserId.set(userId, opened);
      opened.subscribed.then(
        () => this.dropIfIdle(opened),
        () => this.#byUserId.delete(userId),
      );
    }
    channel.holders += 1;
    return channel;
  }

  release(channel: UserChannel): void {
    channel.holders -= 1;
    this.dropIfIdle(channel);
  }

  /** One that is not subscribed yet stays until it is, since a user has one subscription at a time. */
  dropIfIdle(channel: UserChannel): void {
    if (!channel.isIdle || this.#byUserId.get(channel.userId) !== channel) return;
    if (channel.unsubscribe()) this.#byUserId.delete(channel.userId);
  }
}
