import type { Command, ReceiveCommand } from '@cuepoint/core';
import type { Connection } from './connection/connection.ts';
import type { Session } from './connection/session.ts';
import { CommandRelay } from './devices/command-relay.ts';
import type { CommandHandlers, CommandResult } from './devices/commands.ts';
import type { ClientEnvironment } from './environment.ts';
import { noticeClockJump } from './outbox/clock-jump.ts';
import type { ReplicaStore } from './replica/replica-store.ts';
import { Listeners } from './subscribable.ts';
import type { TabChannel, TabGroup, Turn } from './tabs/tab-group.ts';
import type { LinkState, TabEnvelope, TabMessage, Wipe } from './tabs/tab-messages.ts';

export interface LinkDeps {
  readonly group: TabGroup;
  readonly name: string;
  readonly store: ReplicaStore;
  readonly connection: Connection;
  readonly session: Session;
  readonly handlers: CommandHandlers;
  readonly environment: ClientEnvironment;
  /** Another tab signed a user out. */
  readonly onSignedOut: (wipe: Wipe, of: SignedOut) => void;
  /** Another tab has given this device another id. [ENG3] */
  readonly onParted: () => void;
  /** Somebody looks again: what was told meanwhile may not have been heard. */
  readonly onWake: () => void;
  /**
   * The leader is of another user. [SDK9]
   *
   * @returns whether this tab is of that user too, and has changed; `undefined` where it cannot know yet.
   */
  readonly onNamespace: (namespace: string) => Promise<boolean | undefined>;
}

/** Whom a tab signed out, as far as it knew. */
interface SignedOut {
  readonly namespace: string;
  readonly subject: string | undefined;
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
 * leader is gone, the next one takes its turn.
 */
export class Link {
  readonly #deps: LinkDeps;
  readonly #changed = new Listeners();
  readonly #relay: CommandRelay;
  #channel: TabChannel | undefined;
  #turn: Turn | undefined;
  readonly #endings: (() => void)[] = [];
  #state = NOT_LINKED;
  /** Of a leader that this tab asked itself about: once is enough. */
  #otherNamespace: string | undefined;

  constructor(deps: LinkDeps) {
    const { group, environment, handlers, connection } = deps;
    this.#deps = deps;
    this.#relay = new CommandRelay({
      environment,
      handlers,
      isAlone: group.isAlone,
      post: (message) => this.#post(message),
      send: (to, command) => this.#sendHere(to, command),
      answer: (text) => connection.send(text),
    });
  }

  get state(): LinkState {
    return this.#state;
  }

  get isLeader(): boolean {
    return this.#deps.store.isLeading;
  }

  get onChanged() {
    return this.#changed.subscribe;
  }

  start(): void {
    const { group, name, store, environment } = this.#deps;
    this.#channel = group.join(name, (message) => this.#hear(message as TabEnvelope));
    this.#endings.push(
      store.onCommitted((change, namespace) => {
        const message: TabMessage =
          change.replace === undefined ? { type: 'change', change } : { type: 'reload' };
        this.#post(message, namespace);
      }),
      store.onChanged(({ outbox }) => {
        if (outbox && this.isLeader) this.#deps.session.pump.schedule();
      }),
      environment.onSignal((signal) => {
        if (signal === 'hidden') return;
        this.#deps.onWake();
        if (!this.isLeader) {
          // Its own token may be had now.
          this.#post({ type: 'whereIsLink' });
          return;
        }
        this.#deps.connection.tell({ name: 'wake' });
        this.#deps.session.pump.probe();
      }),
    );
    this.#post({ type: 'whereIsLink' });
    // What another tab stored after this one had read, and told before this one listened.
    if (!group.isAlone) void store.reload();
    this.#turn = group.lead(
      name,
      () => void this.#lead(),
      () => this.#loseLead(),
    );
  }

  /** What this tab does ends; another may go on with the connection. */
  stop(): void {
    for (const end of this.#endings.splice(0)) end();
    if (this.isLeader) this.#deps.connection.tell({ name: 'stop' });
    this.#relay.close();
    this.#deps.store.isLeading = false;
    this.#turn?.end();
    this.#channel?.leave();
    this.#channel = undefined;
  }

  /** Whether this tab leads still: it may have been frozen for an hour. [ENG2] */
  confirmLead(): true | Promise<boolean> {
    return this.#turn?.confirm() ?? Promise.resolve(false);
  }

  /** The leader's part of the state changed. */
  update(change: Partial<LinkState>): void {
    this.#state = { ...this.#state, ...change };
    this.#changed.notify();
    if (this.isLeader) this.#post({ type: 'link', link: this.#state });
  }

  reconnect(): void {
    if (this.isLeader) this.#deps.connection.tell({ name: 'reconnect' });
    else this.#post({ type: 'reconnect' });
  }

  tellSignedOut(wipe: Wipe, subject: string | undefined): void {
    this.#post({ type: 'signedOut', wipe, subject });
  }

  tellParted(): void {
    this.#post({ type: 'parted' });
  }

  /** Never rejects: each command ends in an outcome. [LIV7] */
  async sendCommand(to: string, command: Command): Promise<CommandResult> {
    if (this.#state.connection.name !== 'live') return OFFLINE;
    if (!this.isLeader) return this.#relay.sendByLeader(to, command);
    return this.#sendHere(to, command);
  }

  receiveCommand(command: ReceiveCommand): Promise<void> {
    return this.#relay.receive(command);
  }

  #sendHere(to: string, command: Command): Promise<CommandResult> {
    const { connection, session } = this.#deps;
    return session.commands.send(to, command, (text) => connection.send(text));
  }

  async #lead(): Promise<void> {
    const { group, store, connection } = this.#deps;
    // What the former leader stored last may not have been told.
    if (!group.isAlone) await store.reload();
    if (this.#channel === undefined || !(await this.confirmLead())) return;
    store.isLeading = true;
    void store.takeLeft();
    connection.tell({ name: 'start' });
  }

  /** Another tab may connect from now on; or the page was away, and could not hear what others told. */
  #loseLead(): void {
    const { store, connection } = this.#deps;
    if (this.isLeader) {
      connection.tell({ name: 'stop' });
      // This one's connection may have replaced that of the tab that leads, which halted.
      this.#post({ type: 'reconnect' });
    }
    store.isLeading = false;
    void store.reload();
    this.#post({ type: 'whereIsLink' });
  }

  #post(message: TabMessage, namespace = this.#deps.store.namespace): void {
    this.#channel?.post({ namespace, message } satisfies TabEnvelope);
  }

  #hear({ namespace, message }: TabEnvelope): void {
    const { store, onSignedOut } = this.#deps;
    if (message.type === 'signedOut') {
      onSignedOut(message.wipe, { namespace, subject: message.subject });
    } else if (message.type === 'parted') this.#deps.onParted();
    else if (message.type === 'link') this.#follow(message.link, namespace);
    else if (message.type === 'whereIsLink' || message.type === 'reconnect') {
      if (this.isLeader) this.#answer(message.type);
    } else if (message.type === 'checkToken') {
      if (this.isLeader) this.#deps.connection.checkToken();
    } else if (message.type === 'change') {
      if (this.isLeader) noticeClockJump(store);
      store.applyOfOtherTab(message.change, namespace);
    } else if (namespace !== store.namespace) return;
    else if (message.type === 'reload') void store.reload();
    else void this.#relay.hear(message, this.isLeader);
  }

  #answer(question: 'whereIsLink' | 'reconnect'): void {
    if (question === 'reconnect') this.reconnect();
    else this.#post({ type: 'link', link: this.#state });
  }

  /** What the leader tells of the connection. */
  #follow(state: LinkState, namespace: string): void {
    const { store } = this.#deps;
    if (this.isLeader) return;
    if (namespace !== store.namespace) {
      void this.#consider(namespace);
      return;
    }
    this.#otherNamespace = undefined;
    this.#state = state;
    store.clock.follow(state.clockOffsetMs);
    this.#changed.notify();
  }

  async #consider(namespace: string): Promise<void> {
    if (namespace === this.#otherNamespace) return;
    this.#otherNamespace = namespace;
    const isSame = await this.#deps.onNamespace(namespace);
    if (isSame === undefined) {
      this.#otherNamespace = undefined;
      return;
    }
    // The leader's token may be of before: it looks.
    this.#post({ type: isSame ? 'whereIsLink' : 'checkToken' });
  }
}
