export interface ClosableServer {
  /** Takes no new connection; resolves once the last one is gone. */
  close(): Promise<unknown>;
  readonly server: { closeIdleConnections(): void };
}

export interface CloseServerOptions {
  readonly delay: (ms: number, signal: AbortSignal) => Promise<void>;
  readonly timeoutMs: number;
}

const IDLE_CHECK_MS = 50;

/**
 * Closes a server, and each connection as soon as it is idle; waits for what is in flight, within bounds.
 *
 * Node closes the idle ones only once, when the close begins: a connection that is kept alive and whose
 * answer ends a moment later would hold the stop until its client lets go.
 *
 * @returns a promise of the whole close, which may outlast the bound.
 */
export async function closeServer(
  app: ClosableServer,
  { delay, timeoutMs }: CloseServerOptions,
): Promise<{ readonly closed: Promise<unknown> }> {
  const done = new AbortController();
  const closed = app.close().finally(() => done.abort());
  for (let waitedMs = 0; waitedMs < timeoutMs && !done.signal.aborted; waitedMs += IDLE_CHECK_MS) {
    await Promise.race([closed, delay(IDLE_CHECK_MS, done.signal)]);
    if (!done.signal.aborted) app.server.closeIdleConnections();
  }
  return { closed };
}
