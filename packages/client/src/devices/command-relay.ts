import type { Command, ReceiveCommand } from '@cuepoint/core';
import type { ClientEnvironment } from '../environment.ts';
import type { TabMessage } from '../tabs/tab-messages.ts';
import {
  answerToMessage,
  type CommandAnswer,
  type CommandHandlers,
  type CommandResult,
} from './commands.ts';

/** How long other tabs may take to say that they have done a command; the service waits 5 s. */
const TABS_ANSWER_TIMEOUT_MS = 4_500;
/** A leader that does not answer is on its way out; a hand-off takes 12 s at most. */
const LEADER_TIMEOUT_MS = 15_000;

export interface CommandRelayDeps {
  readonly environment: ClientEnvironment;
  readonly handlers: CommandHandlers;
  readonly isAlone: boolean;
  readonly post: (message: TabMessage) => void;
  /** Over this tab's own connection. */
  readonly send: (to: string, command: Command) => Promise<CommandResult>;
  readonly answer: (text: string) => void;
}

/** Takes commands from the tab that has them to the tab that can do something about them. [SDK6] [LIV7] */
export class CommandRelay {
  readonly #deps: CommandRelayDeps;
  readonly #askedById = new Map<string, (result: CommandResult) => void>();
  readonly #answeredById = new Map<string, (answer: CommandAnswer) => void>();

  constructor(deps: CommandRelayDeps) {
    this.#deps = deps;
  }

  /** Lets the tab that has the connection send it. Never rejects. */
  sendByLeader(to: string, command: Command): Promise<CommandResult> {
    const id = this.#deps.environment.uuid();
    return this.#wait<CommandResult>(
      this.#askedById,
      id,
      LEADER_TIMEOUT_MS,
      { outcome: 'expired', reason: 'no_answer' },
      { type: 'sendCommand', id, to, command },
    );
  }

  /** A command for this device: this tab may have the player, or another. */
  async receive({ id, from, command }: ReceiveCommand): Promise<void> {
    const { handlers, answer } = this.#deps;
    const answered =
      (await handlers.ask({ from, command })) ??
      (await this.#wait<CommandAnswer | undefined>(
        this.#answeredById,
        id,
        TABS_ANSWER_TIMEOUT_MS,
        undefined,
        { type: 'askCommand', id, from, command },
      ));
    answer(answerToMessage(id, answered));
  }

  async hear(message: TabMessage, isLeader: boolean): Promise<void> {
    const { handlers, post, send } = this.#deps;
    if (message.type === 'commandEnded') this.#askedById.get(message.id)?.(message.result);
    else if (message.type === 'commandAnswered') {
      this.#answeredById.get(message.id)?.(message.answer);
    } else if (message.type === 'sendCommand' && isLeader) {
      const { id, to, command } = message;
      post({ type: 'commandEnded', id, result: await send(to, command) });
    } else if (message.type === 'askCommand') {
      const answer = await handlers.ask(message);
      if (answer !== undefined) post({ type: 'commandAnswered', id: message.id, answer });
    }
  }

  /** Nobody answers any more. */
  close(): void {
    for (const settle of this.#askedById.values()) {
      settle({ outcome: 'expired', reason: 'connection_lost' });
    }
    for (const settle of this.#answeredById.values()) settle({ refused: 'closed' });
  }

  #wait<Value>(
    waiting: Map<string, (value: NonNullable<Value>) => void>,
    id: string,
    timeoutMs: number,
    otherwise: Value,
    question: TabMessage,
  ): Promise<Value> {
    const { isAlone, environment, post } = this.#deps;
    if (isAlone) return Promise.resolve(otherwise);
    return new Promise((resolve) => {
      const settle = (value: Value): void => {
        waiting.delete(id);
        cancel();
        resolve(value);
      };
      const cancel = environment.setTimer(() => settle(otherwise), timeoutMs);
      waiting.set(id, settle);
      post(question);
    });
  }
}
