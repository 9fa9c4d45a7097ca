import {
  REASON_LENGTH_MAX,
  type Command,
  type CommandOutcome,
  type CommandResult as CommandResultMessage,
  type ReceiveCommand,
} from '@cuepoint/core';
import { defined } from '../defined.ts';
import type { ClientEnvironment } from '../environment.ts';

/** How a command ended. [LIV7] */
export interface CommandResult {
  readonly outcome: CommandOutcome;
  /** A word for programs and logs, such as `not_playing`. */
  readonly reason?: string;
  /** Of a hand-off that was applied: how the source took its stop. */
  readonly sourceOutcome?: CommandOutcome;
}

export type CommandAnswer = 'applied' | { readonly refused: string };

/**
 * Does what another device asks for, and answers once the player has done it. `undefined`: this is not for
 * this handler. One that throws refuses with `failed`.
 */
export type CommandHandler = (
  command: Command,
  from: string,
) => CommandAnswer | undefined | Promise<CommandAnswer | undefined>;

/** A hand-off takes two commands of 5 s each; past this the answer got lost. */
const RESULT_TIMEOUT_MS = 12_000;

/** Commands that this connection sent and has no outcome of. */
export class SentCommands {
  readonly #environment: ClientEnvironment;
  readonly #settleById = new Map<string, (result: CommandResult) => void>();
  #lastId = 0;

  constructor(environment: ClientEnvironment) {
    this.#environment = environment;
  }

  /** @param send gets the message's text. Resolves with the outcome; never rejects. */
  send(to: string, command: Command, send: (text: string) => void): Promise<CommandResult> {
    this.#lastId += 1;
    const id = `c${this.#lastId}`;
    return new Promise((resolve) => {
      const cancel = this.#environment.setTimer(
        () => this.#settle(id, { outcome: 'expired', reason: 'no_answer' }),
        RESULT_TIMEOUT_MS,
      );
      this.#settleById.set(id, (result) => {
        cancel();
        resolve(result);
      });
      send(JSON.stringify({ type: 'command', id, to, command }));
    });
  }

  onResult({ id, outcome, reason, sourceOutcome }: CommandResultMessage): void {
    this.#settle(id, defined({ outcome, reason, sourceOutcome }));
  }

  /** The service refused the command as such. @returns false when the id is not of a command. */
  onError(id: string, code: string): boolean {
    return this.#settle(id, { outcome: 'refused', reason: code });
  }

  /** The connection is gone: the device may have done it. */
  close(): void {
    for (const id of this.#settleById.keys()) {
      this.#settle(id, { outcome: 'expired', reason: 'connection_lost' });
    }
  }

  #settle(id: string, result: CommandResult): boolean {
    const settle = this.#settleById.get(id);
    this.#settleById.delete(id);
    settle?.(result);
    return settle !== undefined;
  }
}

/** The handlers of one tab. */
export class CommandHandlers {
  readonly #handlers = new Set<CommandHandler>();

  /** @returns what takes it off again. */
  add(handler: CommandHandler): () => void {
    const entry: CommandHandler = (command, from) => handler(command, from);
    this.#handlers.add(entry);
    return () => this.#handlers.delete(entry);
  }

  /** Asks the newest first; `undefined` when none of them takes it. */
  async ask({
    command,
    from,
  }: Pick<ReceiveCommand, 'command' | 'from'>): Promise<CommandAnswer | undefined> {
    // oxlint-disable-next-line unicorn/no-array-reverse -- of a copy; the other is younger than the oldest engine
    for (const handler of [...this.#handlers].reverse()) {
      try {
        const answer = await handler(command, from);
        if (answer !== undefined) return answer;
      } catch {
        return { refused: 'failed' };
      }
    }
    return undefined;
  }
}

export function answerToMessage(id: string, answer: CommandAnswer | undefined): string {
  const refused =
    answer === undefined ? 'unsupported' : answer === 'applied' ? undefined : reasonOf(answer);
  return JSON.stringify({
    type: 'commandResult',
    id,
    ...(refused === undefined ? { outcome: 'applied' } : { outcome: 'refused', reason: refused }),
  });
}

/** What an app says may be long, or nothing: a message that the service cannot read would end the session. */
function reasonOf({ refused }: Exclude<CommandAnswer, 'applied'>): string {
  const reason: unknown = refused;
  return typeof reason === 'string'
    ? Array.from(reason).slice(0, REASON_LENGTH_MAX).join('')
    : 'failed';
}
