import { createMaintenance, openDatabase, type Database } from '@cuepoint/store';

export interface CollectorOptions {
  readonly url: string;
  /** How long a removed entry is remembered, in ms. */
  readonly retentionMs: number;
  /** Between the two steps of a collection, in ms. */
  readonly graceMs: number;
  readonly intervalMs: number;
}

/**
 * Garbage collection as the service does it, with another clockwork: a month and an hour do not fit into a run.
 *
 * A run of it that a fault has ended is made up by the next.
 */
export class Collector implements AsyncDisposable {
  readonly #database: Database;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> = Promise.resolve();
  #deleted = 0;

  private constructor(database: Database, { retentionMs, graceMs, intervalMs }: CollectorOptions) {
    this.#database = database;
    const maintenance = createMaintenance(database, {
      retentionMs,
      gcGraceMs: graceMs,
      observer: {
        collected: (rows) => {
          this.#deleted += rows;
        },
      },
    });
    this.#timer = setInterval(() => {
      this.#running = this.#running.then(() =>
        maintenance.collectGarbage().then(
          () => undefined,
          () => undefined,
        ),
      );
    }, intervalMs);
  }

  static async start(options: CollectorOptions): Promise<Collector> {
    return new Collector(await openDatabase({ url: options.url }), options);
  }

  /** Tombstones so far. */
  get deleted(): number {
    return this.#deleted;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#database.close();
  }
}
