import type { Command, CommandOutcome, UpMessage } from '@cuepoint/core';

/** What metrics count of live sessions. Called often: it only counts. */
export interface LiveObserver {
  /** @param waitedMs from the open socket to the last page of its welcome. */
  welcomed(waitedMs: number): void;
  received(type: UpMessage['type']): void;
  closed(code: number): void;
  /** A socket was too slow and was left behind. [LIV4] */
  fellBehind(): void;
  /** Changes that a pull found for a user, most of them known. [LIV2] */
  healed(changes: number): void;
  commandEnded(action: Command['action'], outcome: CommandOutcome): void;
}
