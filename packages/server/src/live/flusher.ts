/** What gathers during a turn of the event loop and leaves at its end. */
export interface Flushable {
  flush(): void;
}

/** Collects what has something to send; each is flushed once, at the end of the turn. */
export type Flusher = (flushable: Flushable) => void;

/**
 * One callback a turn for all sockets: what a commit tells many sockets, and many commits one socket, goes
 * out with one system call a socket.
 *
 * @param atEndOfTurn `setImmediate`, or a test's own.
 */
export function createFlusher(atEndOfTurn: (callback: () => void) => unknown): Flusher {
  let waiting: Flushable[] = [];

  function flushAll(): void {
    const due = waiting;
    waiting = [];
    for (const flushable of due) flushable.flush();
  }

  return (flushable) => {
    if (waiting.length === 0) atEndOfTurn(flushAll);
    waiting.push(flushable);
  };
}
