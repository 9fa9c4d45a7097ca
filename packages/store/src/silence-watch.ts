import type { Socket } from 'node:net';
import type pg from 'pg';

export interface SilenceWatchDeps {
  /**
   * Asks on a new connection which of these server processes work on a statement. Rejects where no new
   * connection works.
   */
  readonly findBusy: (processIds: readonly number[]) => Promise<ReadonlySet<number>>;
  /** The server's process behind a connection; undefined where a pooler in front hides it. */
  readonly processIdOf: (client: pg.PoolClient) => number | undefined;
  /** A monotonic clock, in ms. */
  readonly now: () => number;
  /** Silence after which a new connection asks, in ms. */
  readonly silenceMs: number;
}

export interface SilenceWatch {
  /** Notes when a connection began: a newer one may prove it dead. */
  readonly opened: (client: pg.PoolClient) => void;
  /**
   * Looks after the connection until the answer is here; it rejects when the connection is found dead.
   *
   * @param giveUpMs silence that ends it also where no new connection works.
   */
  watch<T>(client: pg.PoolClient, answer: Promise<T>, giveUpMs?: number): Promise<T>;
  /** Whether a connection as old as this one was given up: it is not to be used again. */
  readonly isDoubted: (client: pg.PoolClient) => boolean;
  /** The server is not what it was: every connection of now is to be replaced after its statement. */
  doubtAll(): void;
}

/** The connection was given up; what became of its last statement is not known. */
export class SilentConnectionError extends Error {
  override readonly name = 'SilentConnectionError';
}

/** A connection with a question that has no answer yet. */
interface Line {
  readonly client: pg.PoolClient;
  unanswered: number;
  giveUpMs: number;
  bytesRead: number;
  /** When the last byte came, or the first question left. */
  heardAtMs: number;
  /** Since when a newer connection works and nobody at the server works for this one. */
  accusedAtMs: number | undefined;
}

const LOOKS_PER_SILENCE = 4;
/** How much longer one may be silent whose process is not known: its statement may just be slow. */
const UNTOLD_SILENCES = 2;

/**
 * Finds connections that died without a word: a proxy or a firewall forgot them, a machine vanished. [OPS1]
 *
 * TCP notices after minutes, and never where a proxy still acknowledges. So a connection from which no byte
 * of an answer came for `silenceMs` is asked after on a new one. Where that works and no process of the
 * server is busy for the old one, a question or an answer was lost: it ends, and with it, after a look
 * each, those that are as old. A slow statement is left alone, however long it takes.
 */
export function createSilenceWatch({
  findBusy,
  processIdOf,
  now,
  silenceMs,
}: SilenceWatchDeps): SilenceWatch {
  const lookMs = silenceMs / LOOKS_PER_SILENCE;
  const lines = new Map<pg.PoolClient, Line>();
  const openedAtMs = new WeakMap<pg.PoolClient, number>();
  let doubtedBeforeMs = Number.NEGATIVE_INFINITY;
  let isArmed = false;
  let isAsking = false;

  const isDoubted = (client: pg.PoolClient) => (openedAtMs.get(client) ?? 0) < doubtedBeforeMs;

  function arm(): void {
    if (isArmed) return;
    isArmed = true;
    // The look itself comes after what the sockets have for this turn: a process that stood still is no silence.
    setTimeout(() => setImmediate(look), lookMs).unref();
  }

  function look(): void {
    isArmed = false;
    const suspects: Line[] = [];
    for (const line of lines.values()) {
      const { bytesRead } = socketOf(line.client);
      if (bytesRead !== line.bytesRead) {
        Object.assign(line, { bytesRead, heardAtMs: now(), accusedAtMs: undefined });
        continue;
      }
      if (line.accusedAtMs !== undefined && now() - line.accusedAtMs >= lookMs) end(line);
      else if (now() - line.heardAtMs >= limitMsOf(line)) suspects.push(line);
    }
    if (suspects.length > 0 && !isAsking) void askAfter(suspects);
    if (lines.size > 0) arm();
  }

  function limitMsOf({ client }: Line): number {
    if (processIdOf(client) === undefined) return UNTOLD_SILENCES * silenceMs;
    return isDoubted(client) ? lookMs : silenceMs;
  }

  async function askAfter(suspects: readonly Line[]): Promise<void> {
    isAsking = true;
    try {
      const asked = suspects.map((line) => ({ line, processId: processIdOf(line.client) }));
      const busy = await findBusy(asked.flatMap(({ processId }) => processId ?? []));
      for (const { line, processId } of asked) {
        if (processId !== undefined && busy.has(processId)) line.accusedAtMs = undefined;
        else line.accusedAtMs ??= now();
      }
    } catch {
      for (const line of suspects) if (now() - line.heardAtMs >= line.giveUpMs) end(line);
    } finally {
      isAsking = false;
    }
  }

  function end({ client, accusedAtMs }: Line): void {
    if (lines.get(client) === undefined) return;
    doubtedBeforeMs = Math.max(doubtedBeforeMs, accusedAtMs ?? doubtedBeforeMs);
    socketOf(client).destroy(new SilentConnectionError('the connection fell silent'));
  }

  return {
    opened: (client) => void openedAtMs.set(client, now()),
    watch(client, answer, giveUpMs = Number.POSITIVE_INFINITY) {
      let line = lines.get(client);
      if (line === undefined) {
        const { bytesRead } = socketOf(client);
        line = {
          client,
          unanswered: 0,
          giveUpMs,
          bytesRead,
          heardAtMs: now(),
          accusedAtMs: undefined,
        };
        lines.set(client, line);
        arm();
      }
      const watched = line;
      watched.unanswered += 1;
      const answered = () => {
        watched.unanswered -= 1;
        if (watched.unanswered === 0) lines.delete(client);
      };
      answer.then(answered, answered);
      return answer;
    },
    isDoubted,
    doubtAll() {
      doubtedBeforeMs = now();
    },
  };
}

/** node-postgres does not say where it has its socket. */
function socketOf(client: pg.ClientBase): Socket {
  return (client as unknown as { readonly connection: { readonly stream: Socket } }).connection
    .stream;
}
