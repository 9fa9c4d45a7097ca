import type { Command, DevicePresence } from '@cuepoint/core';
import type { ConnectionState } from '../connection/connection-machine.ts';
import type { CommandAnswer, CommandResult } from '../devices/commands.ts';
import type { ReplicaChange } from '../replica/replica.ts';

/** What followers know of the connection, which is the leader's. */
export interface LinkState {
  readonly connection: ConnectionState;
  readonly clockOffsetMs: number | undefined;
  readonly lastError: string | undefined;
  readonly userId: string | undefined;
  readonly devices: readonly DevicePresence[];
}

/** A message, and the replica that it is about: tabs may be signed in as two users for a moment. [SDK9] */
export interface TabEnvelope {
  readonly namespace: string;
  readonly message: TabMessage;
}

/** What tabs of one app tell each other. A tab that gets a message of a newer app passes over it. */
export type TabMessage =
  /** A tab stored this; everyone applies it. */
  | { readonly type: 'change'; readonly change: ReplicaChange }
  /** Too much to tell: read the storage again. */
  | { readonly type: 'reload' }
  | { readonly type: 'link'; readonly link: LinkState }
  /** A new tab asks the leader for the link. */
  | { readonly type: 'whereIsLink' }
  | { readonly type: 'reconnect' }
  /** A tab is signed in as somebody else than the leader: has its token changed? */
  | { readonly type: 'checkToken' }
  /** The device has another id from now on. [ENG3] */
  | { readonly type: 'parted' }
  /** A follower asks the leader to send a command, and hears how it ended. */
  | {
      readonly type: 'sendCommand';
      readonly id: string;
      readonly to: string;
      readonly command: Command;
    }
  | { readonly type: 'commandEnded'; readonly id: string; readonly result: CommandResult }
  /** The leader has no handler for a command: another tab may have the player. */
  | {
      readonly type: 'askCommand';
      readonly id: string;
      readonly from: string;
      readonly command: Command;
    }
  | { readonly type: 'commandAnswered'; readonly id: string; readonly answer: CommandAnswer }
  /** The user signed out: every tab of that user ends, or with the device's data every tab. */
  | { readonly type: 'signedOut'; readonly wipe: Wipe; readonly subject: string | undefined };

/** `true`: everything of this user on this device is deleted · `device`: of everybody who used it. */
export type Wipe = boolean | 'device';
