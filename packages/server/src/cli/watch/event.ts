import type {
  Command,
  CommandOutcome,
  DevicePresence,
  ErrorCode,
  WireOp,
  WireOpResult,
} from '@cuepoint/core';

/** What a watcher sees happen. With `--json` it is printed as it stands, with its time. */
export type WatchEvent =
  | {
      readonly event: 'connected';
      readonly userId: string;
      /** Contents on the watchlist, and contents with a position. */
      readonly watchlist: number;
      readonly progress: number;
    }
  | {
      readonly event: 'disconnected';
      readonly reason: string;
      readonly retryInMs: number;
    }
  | { readonly event: 'change'; readonly op: WireOp }
  | { readonly event: 'presence'; readonly device: DevicePresence }
  | { readonly event: 'command'; readonly from: string; readonly command: Command }
  | {
      /** Of a change that was typed here. */
      readonly event: 'result';
      readonly op: WireOp;
      readonly result: WireOpResult['result'];
      readonly code?: ErrorCode;
    }
  | {
      /** Of a command that was typed here. */
      readonly event: 'outcome';
      readonly to: string;
      readonly command: Command;
      readonly outcome: CommandOutcome | 'unknown';
      readonly reason?: string;
      readonly sourceOutcome?: CommandOutcome;
    }
  | { readonly event: 'problem'; readonly message: string; readonly code?: ErrorCode }
  | { readonly event: 'help' };

export type Emit = (event: WatchEvent) => void;
