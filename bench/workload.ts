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
  readonly growth: GrowthScale;
  readonly devices: DevicesScale;
}

/** How much the workloads of client libraries hold and miss. */
export interface DevicesScale {
  /** Watchlist items of a device, and as many titles with progress. */
  readonly items: number;
  /** Changes of others that a loaded device merges. */
  readonly merged: number;
  /** Changes that a device missed, in ascending order. */
  readonly missed: readonly number[];
  /** Devices that catch up, one after another, in a round. */
  readonly devices: number;
  /** On the watchlist of a device with much, and as many with progress. */
  readonly titles: number;
}

/** How far each of the workloads goes that ask how a cost grows; in ascending order. */
export interface GrowthScale {
  /** Items of a watchlist. */
  readonly items: readonly number[];
  /** Users with one row each. */
  readonly users: readonly number[];
  readonly sockets: readonly number[];
  readonly callers: readonly number[];
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
  /** Whether the peers, which are installed from npm, are measured too. */
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

/** Figures by a number (lines) or by name (bars), each with the spread of its rounds. */
export type Plot = LinePlot | BarPlot;

interface PlotText {
  /** Of its file, without an ending. */
  readonly name: string;
  readonly title: string;
}

export interface LinePlot extends PlotText {
  readonly kind: 'lines';
  readonly x: Axis;
  readonly y: Axis;
  readonly series: readonly Series[];
}

export interface BarPlot extends PlotText {
  readonly kind: 'bars';
  readonly value: Axis;
  /** From the top. */
  readonly bars: readonly Bar[];
}

export interface Axis {
  /** With the unit. */
  readonly label: string;
  readonly scale: 'linear' | 'log';
}

export interface Series {
  readonly name: string;
  /** In the order of `x`. */
  readonly points: readonly Point[];
}

export interface Point extends Spread {
  readonly x: number;
  readonly y: number;
}

export interface Bar extends Spread {
  readonly name: string;
  readonly value: number;
}

/** The least and the greatest of the rounds. */
interface Spread {
  readonly low?: number;
  readonly high?: number;
}

export interface Report {
  readonly tables: readonly Table[];
  readonly plots?: readonly Plot[];
  /** Every sample behind the tables, by variant. */
  readonly samples: Readonly<Record<string, readonly Sample[]>>;
}

export interface Workload {
  readonly name: string;
  /** True for what takes too long to start even at the smallest scale. */
  readonly isLeftOutOfSmoke?: boolean;
  run(context: BenchContext): Promise<Report>;
}
