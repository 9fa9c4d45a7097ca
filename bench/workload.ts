import type { PostgresServer } from '../test/support/postgres-server.ts';

/** How long and how large a run is. */
export interface Scale {
  /** Measured time of one variant in one round. */
  readonly seconds: number;
  readonly rounds: number;
  readonly users: number;
  readonly contentsPerUser: number;
  /** Items of the large watchlist. */
  readonly watchlistItems: number;
  /** Writes that follow one another, in workloads that count writes instead of time. */
  readonly writes: number;
  readonly live: LiveScale;
}

/** How large the workloads with sockets are. */
export interface LiveScale {
  /** Users with two sockets each, of whom one sends and the other shows. */
  readonly users: number;
  /** Changes in a second. */
  readonly rates: readonly number[];
  /** Measured time at the greatest rate, which has to be held. */
  readonly heldSeconds: number;
  /** At most so many rounds. */
  readonly rounds: number;
  /** Whether the peer, which is installed from npm, is measured too. */
  readonly hasPeer: boolean;
  readonly idleSockets: number;
  readonly connectsPerSecond: number;
  readonly connectUsers: number;
}

export interface BenchContext {
  readonly server: PostgresServer;
  readonly scale: Scale;
  /** Where files of the results go, besides the samples. */
  readonly resultsDirectory: string;
  /** Whether a service is sampled while it is measured, which slows it down. */
  readonly isProfiled: boolean;
  /** Says what is going on, on stderr. */
  progress(this: void, message: string): void;
}

/** What one variant did in one round, by the name of the figure. */
export type Sample = Readonly<Record<string, number>>;

export interface Table {
  readonly title: string;
  readonly columns: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

export interface Report {
  readonly tables: readonly Table[];
  /** Every sample behind the tables, by variant. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

export interface Workload {
  readonly name: string;
  /** True for what takes too long to start even at the smallest scale. */
  readonly isLeftOutOfSmoke?: boolean;
  run(context: BenchContext): Promise<Report>;
}
