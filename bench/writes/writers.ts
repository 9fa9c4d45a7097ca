import type { LiveUser } from '../live/job.ts';

/** One report of progress, in the form in which every system stores it. */
export interface Write {
  readonly contentId: string;
  readonly positionSeconds: number;
  readonly durationSeconds: number;
  readonly state: string;
  /** A hybrid logical clock value in its text form. */
  readonly timestamp: string;
  readonly deviceId: string;
}

/** The devices of a system that write over sockets. */
export interface Writers {
  /** Resolves when every device is connected and up to date. */
  connect(): Promise<void>;
  /** @returns at the system's ack, whether the change was stored or, where acks do not tell, taken. */
  write(user: number, write: Write): Promise<boolean>;
  close(): Promise<void> | void;
}

export interface WritersOptions {
  /** `ws://…` */
  readonly url: string;
  readonly users: readonly LiveUser[];
  readonly userIds: readonly string[];
  /** A socket that closed while it was wanted: the run is void. */
  failed(this: void, error: Error): void;
}

export type CreateWriters = (options: WritersOptions) => Writers;
