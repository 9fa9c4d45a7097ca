import type { Command, ReceiveCommand } from '@cuepoint/core';
import type { Connection } from './connection/connection.ts';
import type { Session } from './connection/session.ts';
import {
  answerToMessage,
  type CommandAnswer,
  type CommandHandlers,
  type CommandResult,
} from './devices/commands.ts';
import type { ClientEnvironment } from './environment.ts';
import type { ReplicaStore } from './replica/replica-store.ts';
import { Listeners } from './subscribable.ts';
import type { TabChannel, TabGroup } from './tabs/tab-group.ts';
import type { LinkState, TabEnvelope, TabMessage } from './tabs/tab-messages.ts';

/** How long other tabs may take to say that they have done a command; the service waits 5 s. */
const TABS_ANSWER_TIMEOUT_MS = 4_500;
/** A leader that does not answer is on its way out. */
const LEADER_TIMEOUT_MS = 15_000;

export interface LinkDeps {
  readonly group: TabGroup;
  readonly name: string;
  readonly store: ReplicaStore;
  readonly connection: Connection;
  readonly session: Session;
  readonly handlers: CommandHandlers;
  readonly environment: ClientEnvironment;
  /** Another tab signed the user out. */
  readonly onSignedOut: () => void;
  /** The leader's token is of another user. [SDK9] */
  readonly onNamespace: (namespace: string) => void;
}

const OFFLINE: CommandResult = { outcome: 'unreachable', reason: 'offline' };
const NOT_LINKED: LinkState = {
  connection: { name: 'idle' },
  clockOffsetMs: undefined,
  lastError: undefined,
  userId: undefined,
  devices: [],
};

/**
 * One connection for all tabs of an app. [SDK6]
 *
 * One tab leads: it connects, and tells the others what came of it. All of them write into the one outbox. When the
 * leader is gone, the browser names the next.
 */
export class Link {
  readonly #deps: LinkDeps;
  readonly #changed = new Listeners();
  readonly #askedById = new Map<string, (result: CommandResult) => void>();
  readonly #answeredById = new Map<string, (answer: CommandAnswer) => void>();
  #channel: TabChannel | undefined;
  #endLeading: (() => void) | undefined;
  readonly #endings: (() => void)[] = [];
  #isLeader = false;
  #state = NOT_LINKED;

  constructor(deps: LinkDeps) {
    this.#deps = deps;
  }

  get state(): LinkState {
    return this.#state;
  }

  get isLeader(): boolean {
    return this.#isLeader;
  }

  get onChanged() {
    return this.#changed.subscribe;
  }

  start(): void {
    const { group, name, store, environment } = this.#deps;
    this.#channel = group.join(name, (message) => this.#hear(message as TabEnvelope));
    this.#endLeading = group.lead(name, () => void this.#lead());
    this.#endings.push(
      store.onCommitted((change) => {
        this.#post(change.replace === undefined ? { type: 'change', change } : { type: 'reload' });
      }),
      store.onChanged(({ outbox }) => {
        if (outbox && this.#isLeader) this.#deps.session.pump.schedule();
      }),
      environment.onSignal((signal) => {
        if (signal === 'hidden' || !this.#isLeader) return;
        this.#deps.connection.tell({ name: 'wake' });
        this.#deps.session.pump.probe();
      }),
    );
    this.#post({ type: 'whereIsLink' });
  }

  /** What this tab does ends; another may go on with the connection. */
  stop(): void {
    for (const end of this.#endings.splice(0)) end();
    if (this.#isLeader) this.#deps.connection.tell({ name: 'stop' });
    this.#isLeader = false;
    this.#endLeading?.();
    this.#channel?.leave();
    this.#channel = undefined;
  }

  /** The leader's part of the state changed. */
  update(change: Partial<LinkState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed.notify();
    if (this.#isLeader) this.#post({ type: 'link', link: this.#state });
  }

  reconnect(): void {
    if (this.#isLeader) this.#deps.connection.tell({ name: 'reconnect' });
    else this.#post({ type: 'reconnect' });
  }

  tellSignedOut(): void {
    this.#post({ type: 'signedOut' });
  }

  /** Never rejects: each command ends in an outcome. [LIV7] */
  async sendCommand(to: string, command: Command): Promise<CommandResult> {
    if (this.#state.connection.name !== 'live') return OFFLINE;
    if (this.#isLeader) {
      const { connection, session } = this.#deps;
      return session.commands.send(to, command, (text) => connection.send(text));
    }
    const id = this.#deps.environment.uuid();
    return this.#wait(
      this.#askedById,
      id,
      LEADER_TIMEOUT_MS,
      { outcome: 'expired', reason: 'no_answer' },
      { type: 'sendCommand', id, to, command },
    );
  }

  /** A command for this device: this tab may have the player, or another. */
  async receiveCommand({ id, from, command }: ReceiveCommand): Promise<void> {
    const { handlers, connection } = this.#deps;
    const answer =
      (await handlers.ask({ from, command })) ??
      (await this.#wait<CommandAnswer | undefined>(
        this.#answeredById,
        id,
        TABS_ANSWER_TIMEOUT_MS,
        undefined,
        { type: 'askCommand', id, from, command },
      ));
    connection.send(answerToMessage(id, answer));
  }

  async #lead(): Promise<void> {
    // What the former leader stored last may not have been told.
    if (this.#state !== NOT_LINKED) await this.#deps.store.reload();
    if (this.#channel === undefined) return;
    this.#isLeader = true;
    this.#deps.connection.tell({ name: 'start' });
  }

  #post(message: TabMessage): void {
    this.#channel?.post({ namespace: this.#deps.store.namespace, message } satisfies TabEnvelope);
  }

  #hear({ namespace, message }: TabEnvelope): void {
    const { store, onSignedOut, onNamespace } = this.#deps;
    if (message.type === 'signedOut') onSignedOut();
    else if (message.type === 'link' && !this.#isLeader) {
      if (namespace !== store.namespace) onNamespace(namespace);
      this.#state = message.link;
      this.#changed.notify();
    } else if (message.type === 'reconnect' && this.#isLeader) this.reconnect();
    else if (message.type === 'whereIsLink' && this.#isLeader) {
      this.#post({ type: 'link', link: this.#state });
    } else if (namespace !== store.namespace) return;
    else if (message.type === 'change') store.applyOfOtherTab(message.change);
    else if (message.type === 'reload') void store.reload();
    else void this.#hearOfCommand(message);
  }

  async #hearOfCommand(message: TabMessage): Promise<void> {
    if (message.type === 'commandEnded') this.#askedById.get(message.id)?.(message.result);
    else if (message.type === 'commandAnswered') {
      this.#answeredById.get(message.id)?.(message.answer);
    } else if (message.type === 'sendCommand' && this.#isLeader) {
      const { id, to, command } = message;
      this.#post({ type: 'commandEnded', id, result: await this.sendCommand(to, command) });
    } else if (message.type === 'askCommand') {
      const answer = await this.#deps.handlers.ask(message);
      if (answer !== undefined) this.#post({ type: 'commandAnswered', id: message.id, answer });
    }
  }

  #wait<Value>(
    waiting: Map<string, (value: NonNullable<Value>) => void>,
    id: string,
    timeoutMs: number,
    otherwise: Value,
    question: TabMessage,
  ): Promise<Value> {
    if (this.#deps.group.isAlone) return Promise.resolve(otherwise);
    return new Promise((resolve) => {
      const settle = (value: Value): void => {
        waiting.delete(id);
        cancel();
        resolve(value);
      };
      const cancel = this.#deps.environment.setTimer(() => settle(otherwise), timeoutMs);
      waiting.set(id, settle);
      this.#post(question);
    });
  }
}
