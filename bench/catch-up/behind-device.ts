import type { LiveUser } from '../live/job.ts';
import type { EncodedHistory } from '../replicas/replica.ts';
import type { CountedSocket, Frames } from './count-frames.ts';

/** A device that knew the start of its user's history, lost its connection, and missed the changes. */
export interface BehindDevice {
  /** From the connection to the moment at which the replica has everything. */
  catchUp(): Promise<CaughtUp>;
}

export interface CaughtUp {
  readonly elapsedMs: number;
  readonly frames: Frames;
  readonly listed: number;
  readonly registers: number;
}

export interface BehindDeviceOptions {
  /** `ws://…` */
  readonly url: string;
  /** No other device has the same. */
  readonly user: LiveUser;
  readonly history: EncodedHistory;
  readonly countFrames: (socket: CountedSocket) => Frames;
}

/** Has another device make the history, and this one miss the changes. */
export type PrepareDevice = (options: BehindDeviceOptions) => Promise<BehindDevice>;
