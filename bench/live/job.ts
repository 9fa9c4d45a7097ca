/** What the load generator is asked to do, in one message to its process. */
export type Job = ChangesJob | WritesJob | ConnectsJob | IdleJob;

export type System = 'automerge' | 'cuepoint' | 'hocuspocus';

export interface LiveUser {
  readonly userId: string;
  readonly token: string;
}

/** Changes on one device of each user at a fixed rate, shown on the user's other. */
export interface ChangesJob {
  readonly kind: 'changes';
  readonly system: System;
  /** `ws://…`; the two devices of a user are on neighbouring ones. */
  readonly urls: readonly string[];
  readonly users: readonly LiveUser[];
  readonly changesPerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  readonly databaseUrl: string;
  /** Where the system's tables are; the folder of its files, for one that has no tables. */
  readonly schema: string;
}

/** Callers who write over one device of each user, and wait for their acks. */
export interface WritesJob {
  readonly kind: 'writes';
  readonly system: System;
  /** `ws://…` */
  readonly url: string;
  readonly users: readonly LiveUser[];
  readonly contentsPerUser: number;
  readonly callers: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
}

/** Devices that connect at a fixed rate, each with rows to be told. */
export interface ConnectsJob {
  readonly kind: 'connects';
  readonly url: string;
  readonly users: readonly LiveUser[];
  readonly connectsPerSecond: number;
  readonly warmUpSeconds: number;
  readonly seconds: number;
  /** Changes that each welcome has to carry. */
  readonly rows: number;
  /** How a device goes again: it says so, which the registry has to keep, or its connection is lost. */
  readonly ending: 'leaves' | 'is lost';
}

/** Devices that connect, send heartbeats where the protocol has them, and nothing else. */
export interface IdleJob {
  readonly kind: 'idle';
  readonly system: Exclude<System, 'automerge'>;
  readonly url: string;
  /** One socket each. */
  readonly users: readonly LiveUser[];
  readonly connectsPerSecond: number;
  /** Sockets that come and go before memory is read first: code is compiled, pools are filled. */
  readonly warmUpSockets: number;
}

/** Moments at which the process that measures reads processor time, memory and metrics. */
export type Phase = 'window-start' | 'window-end' | 'before-sockets' | 'sockets-idle';

/** How a job tells of its moments. */
export interface Observer {
  /** Goes on at once. */
  announce(this: void, phase: Phase): void;
  /** Waits until what is read at this moment is read. */
  hold(this: void, phase: Phase): Promise<void>;
}
