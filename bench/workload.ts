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
}

export interface BenchContext {
  readonly server: PostgresServer;
  readonly scale: Scale;
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
  run(context: BenchContext): Promise<Report>;
}
