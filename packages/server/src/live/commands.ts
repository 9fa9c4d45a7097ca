import {
  COMMAND_TIMEOUT_MS,
  CuepointError,
  type Command,
  type CommandOutcome,
  type HandOff,
  type ReportCommand,
} from '@cuepoint/core';
import type { CancelTimer, SetTimer } from '@cuepoint/store';
import type { Feed, FeedEvent } from '../feed/feed.ts';
import { COMMAND_TAKE_TIMEOUT_MS, COMMANDS_GIVEN_MAX, COMMANDS_PER_USER_MAX } from './limits.ts';
import type { UserChannel } from './user-channel.ts';
import type { UserChannels } from './user-channels.ts';

/** How a command ended. [LIV7] */
export interface CommandEnd {
  readonly outcome: CommandOutcome;
  readonly reason?: string;
  /** Of a hand-off that was applied: how the source took its stop. */
  readonly sourceOutcome?: CommandOutcome;
}

export interface CommandRequest {
  readonly userId: string;
  /** The device that asks. */
  readonly from: string;
  readonly to: string;
  readonly command: Command;
}

export interface CommandsDeps {
  readonly channels: UserChannels;
  readonly feed: Feed;
  readonly randomUuid: () => string;
  readonly setTimer: SetTimer;
  readonly onEnded: (command: Command, outcome: CommandOutcome) => void;
}

/**
 * Carries commands between a user's devices; each ends in one outcome, also across instances. [LIV7]
 *
 * The instance that was asked keeps the deadline. It gives the command to the device's session, or tells the
 * other instances: the one that holds the session says that it has taken it, and later what the device
 * answered. Each device answers for itself alone.
 */
export interface Commands {
  /**
   * Resolves within 5 s, a hand-off within 10 s.
   *
   * @throws CuepointError `limit_exceeded` past the open commands of a user.
   */
  send(request: CommandRequest): Promise<CommandEnd>;
  /** What a device of this instance did about a command. */
  reported(channel: UserChannel, deviceId: string, report: ReportCommand): void;
  /** What another instance says of a command. */
  heard(channel: UserChannel, event: CommandEvent): void;
}

type CommandEvent = Extract<FeedEvent, { kind: 'command' | 'commandTaken' | 'commandResult' }>;

/** One command to one device. */
interface AskedCommand extends CommandRequest {
  readonly commandId: string;
}

interface OpenCommand {
  readonly userId: string;
  readonly to: string;
  readonly end: (end: CommandEnd) => void;
  readonly cancelExpiry: CancelTimer;
  /** Of the time in which another instance has to take it. */
  readonly cancelTaking: CancelTimer;
}

/** Given to a device of this instance for another one, which waits for the answer. */
interface GivenCommand {
  readonly userId: string;
  readonly to: string;
  readonly cancelExpiry: CancelTimer;
}

const UNREACHABLE: CommandEnd = { outcome: 'unreachable' };
const EXPIRED: CommandEnd = { outcome: 'expired' };
const NOT_CONTROLLABLE: CommandEnd = { outcome: 'refused', reason: 'not_controllable' };
const SAME_DEVICE: CommandEnd = { outcome: 'refused', reason: 'same_device' };

export function createCommands({
  channels,
  feed,
  randomUuid,
  setTimer,
  onEnded,
}: CommandsDeps): Commands {
  const open = new Map<string, OpenCommand>();
  const given = new Map<string, GivenCommand>();

  /** @returns `given`, how it ended without being given, or `undefined` where the device has no session. */
  function give(
    channel: UserChannel,
    { commandId: id, from, to, command }: Omit<AskedCommand, 'userId'>,
  ): 'given' | CommandEnd | undefined {
    const session = channel.sessionOf(to);
    if (session?.greeted === undefined) return undefined;
    // It reads too slowly to be told, and is not listened to before it has read.
    if (session.phase === 'behind') return UNREACHABLE;
    const isClosedToOthers = session.greeted.device.capabilities?.remoteControllable === false;
    if (isClosedToOthers && from !== to) return NOT_CONTROLLABLE;
    session.socket.send({ type: 'command', id, from, command });
    return 'given';
  }

  function end(commandId: string, outcome: CommandEnd): void {
    const command = open.get(commandId);
    if (command === undefined) return;
    open.delete(commandId);
    command.cancelExpiry();
    command.cancelTaking();
    command.end(outcome);
  }

  function endAfter(timeoutMs: number, commandId: string, outcome: CommandEnd): CancelTimer {
    return setTimer(() => end(commandId, outcome), timeoutMs, { keepsAlive: false });
  }

  async function ask(channel: UserChannel, request: CommandRequest): Promise<CommandEnd> {
    const { userId, from, to, command } = request;
    // Who answers on another instance has to be heard.
    if (channel.sessionOf(to) === undefined) await channel.subscribed;
    const commandId = randomUuid();
    const offered = give(channel, { commandId, from, to, command });
    if (typeof offered === 'object') return offered;
    const isHere = offered === 'given';
    if (!isHere && (feed.isAlone || feed.state === 'lost')) return UNREACHABLE;
    return new Promise((resolve) => {
      open.set(commandId, {
        userId,
        to,
        end: resolve,
        cancelExpiry: endAfter(COMMAND_TIMEOUT_MS, commandId, EXPIRED),
        cancelTaking: isHere
          ? () => undefined
          : endAfter(COMMAND_TAKE_TIMEOUT_MS, commandId, UNREACHABLE),
      });
      if (!isHere) feed.publish(userId, { kind: 'command', commandId, from, to, command });
    });
  }

  /** The source stops only after the target has confirmed. [LIV7] */
  async function handOff(
    channel: UserChannel,
    { userId, from, to }: CommandRequest,
    { contentId, positionSeconds, state, from: source = from }: HandOff,
  ): Promise<CommandEnd> {
    if (source === to) return SAME_DEVICE;
    const load: Command = { action: 'load', contentId, positionSeconds, state };
    const loaded = await ask(channel, { userId, from, to, command: load });
    if (loaded.outcome !== 'applied') return loaded;
    const stop: Command = { action: 'stop' };
    const stopped = await ask(channel, { userId, from, to: source, command: stop });
    return { ...loaded, sourceOutcome: stopped.outcome };
  }

  /** Passes on a command of another instance, if the device is here. */
  function take(channel: UserChannel, event: Extract<CommandEvent, { kind: 'command' }>): void {
    const { commandId, to } = event;
    const { userId } = channel;
    // Its instance is told nothing, and finds the device unreachable.
    if (given.size >= COMMANDS_GIVEN_MAX) return;
    const offered = give(channel, event);
    if (offered === undefined) return;
    if (offered !== 'given') {
      feed.publish(userId, { kind: 'commandResult', commandId, ...offered });
      return;
    }
    const forget = (): void => void given.delete(commandId);
    const cancelExpiry = setTimer(forget, COMMAND_TIMEOUT_MS, { keepsAlive: false });
    given.set(commandId, { userId, to, cancelExpiry });
    feed.publish(userId, { kind: 'commandTaken', commandId });
  }

  return {
    async send(request) {
      const { userId, command } = request;
      const channel = channels.acquire(userId);
      try {
        if (channel.commandsOpen >= COMMANDS_PER_USER_MAX) throw tooManyCommands();
        channel.commandsOpen += 1;
        try {
          const ended =
            command.action === 'handoff'
              ? await handOff(channel, request, command)
              : await ask(channel, request);
          onEnded(command, ended.outcome);
          return ended;
        } finally {
          channel.commandsOpen -= 1;
        }
      } finally {
        channels.release(channel);
      }
    },

    reported({ userId }, deviceId, { id, outcome, reason }) {
      const result = resultOf(outcome, reason);
      const isAsked = (command?: { readonly userId: string; readonly to: string }): boolean =>
        command?.userId === userId && command.to === deviceId;
      if (isAsked(open.get(id))) end(id, result);
      const passedOn = given.get(id);
      if (passedOn === undefined || !isAsked(passedOn)) return;
      passedOn.cancelExpiry();
      given.delete(id);
      feed.publish(userId, { kind: 'commandResult', commandId: id, ...result });
    },

    heard(channel, event) {
      if (event.kind === 'command') {
        take(channel, event);
        return;
      }
      const command = open.get(event.commandId);
      if (command?.userId !== channel.userId) return;
      if (event.kind === 'commandTaken') command.cancelTaking();
      else end(event.commandId, resultOf(event.outcome, event.reason));
    },
  };
}

function resultOf(outcome: CommandOutcome, reason: string | undefined): CommandEnd {
  return reason === undefined ? { outcome } : { outcome, reason };
}

function tooManyCommands(): CuepointError {
  return new CuepointError(
    'limit_exceeded',
    `A user has at most ${COMMANDS_PER_USER_MAX} commands without an outcome.`,
    {
      limit: { name: 'commandsPerUser', value: COMMANDS_PER_USER_MAX },
      retryAfterMs: COMMAND_TIMEOUT_MS,
    },
  );
}
