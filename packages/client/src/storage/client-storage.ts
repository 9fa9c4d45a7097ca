/** A record to store, or one to delete where the value is `undefined`. Values are plain JSON data. */
export type StorageChange = readonly [key: string, value: unknown];

/**
 * Where a device keeps the replica and the outbox. Records have a namespace and a key; namespaces are texts
 * such as `https://media.example|u|6f1c…|`, any text, and one may begin with another.
 *
 * Every method rejects when the medium fails; the SDK goes on in memory then and says so.
 */
export interface ClientStorage {
  /** All records of a namespace, in no order. */
  read(namespace: string): Promise<[key: string, value: unknown][]>;
  /**
   * Resolves once the changes survive the end of the process. They are applied in their order: all of them,
   * or where the medium has no transactions, the first so many.
   */
  write(namespace: string, changes: readonly StorageChange[]): Promise<void>;
  /** Deletes every record of every namespace that begins with `prefix`. */
  clear(prefix: string): Promise<void>;
  /**
   * Keeps what `write` was asked for and has not done yet, at once: a page may be gone before it is. It counts as written for
   * every later `read`, and is cleared as that is. [ENG5]
   *
   * @returns what puts changes, or none, in the place of those that it was given before.
   */
  readonly note?: ((namespace: string) => (changes: readonly StorageChange[]) => void) | undefined;
  /**
   * Keeps what waits beside a medium that has failed, for the case that it is lost with all that it took since. It counts as
   * written for a later `read` that finds the medium empty. [ENG7]
   *
   * @returns what puts a whole outbox in the place of the one before; it is asked for only where there is need.
   */
  readonly copy?: ((namespace: string) => (outbox: () => StorageChange[]) => void) | undefined;
  /** What is written here ends with the process: the SDK says so by `hasStorageFailed`. */
  readonly isVolatile?: boolean;
  /** Tells that everything is gone which nobody cleared here: it is written anew, from memory. [ENG7] */
  onGone?(listener: () => void): () => void;
  /** Tells of each step of a call that has many. Without it a call that takes 10 s counts as one that hangs. */
  onStep?(listener: () => void): void;
}
