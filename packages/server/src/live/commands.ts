import {
  COMMAND_TIMEOUT_MS,
  CuepointError,
  type Command,
  type CommandOutcome,
  type HandOff,
  type ReportCommand,
} from '@cuepoint/core';
import type { Feed, FeedEvent } from '../feed/feed.ts';
import type { CancelTimer, SetTimer } from '@cuepoint/store';
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

/** Carries commands between a user's devices; each ends in one outcome, also across instances. [LIV7] */
export interface Commands {
  /** @throws CuepointError `limit_exceeded` past the open commands of a user. */
  send(request: CommandRequest): Promise<CommandEnd>;
  /** What a device of this instance did about a command. */
  reported(channel: UserChannel, deviceId: string, report: ReportCommand): void;
  /** What another instance says of a command. */
  heard(channel: UserChannel, event: CommandEvent): void;
}

type CommandEvent = Extract<FeedEvent, { kind: 'command' | 'commandTaken' | 'commandResult' }>;

interface OpenCommand {
  readonly userId: string;
  readonly to: string;
  readonly end: (end: CommandEnd) => void;
  cancelTimer: CancelTimer;
}

const UNREACHABLE: CommandEnd = { outcome: 'unreachable' };
const EXPIRED: CommandEnd = { outcome: 'expired' };

export function createCommands({
  channels,
  feed,
  randomUuid,
  setTimer,
  onEnded,
}: CommandsDeps): Commands {
  /** Asked on this instance, by their id. */
  const open = new Map<string, OpenCommand>();
  /** Given to devices of this instance on behalf of others: who answers for which device. */
  const given = new Map<string, { readonly userId: string; readonly to: string }>();

  function give(channel: UserChannel, { commandId: id, from, to, command }: GivenCommand): boolean {
    const session = channel.sessionOf(to);
    if (session?.greeted === undefined || session.phase === 'behind') return false;
    session.socket.send({ type: 'command', id, from, command });
    return true;
  }

  function end(commandId: string, outcome: CommandEnd): void {
    const command = open.get(commandId);
    if (command === undefined) return;
    open.delete(commandId);
    command.cancelTimer();
    command.end(outcome);
  }

  function expire(commandId: string, timeoutMs: number, outcome: CommandEnd): CancelTimer {
    return setTimer(() => end(commandId, outcome), timeoutMs, { keepsAlive: false });
  }

  /** One command to one device. */
  function ask(channel: UserChannel, request: CommandRequest): Promise<CommandEnd> {
    const { userId, to } = request;
    const commandId = randomUuid();
    return new Promise((resolve) => {
      const asked = { commandId, ...request };
      const isHere = give(channel, asked);
      if (!isHere && feed.state === 'lost') {
        resolve(UNREACHABLE);
        return;
      }
      const cancelTimer = isHere
        ? expire(commandId, COMMAND_TIMEOUT_MS, EXPIRED)
        : expire(commandId, COMMAND_TAKE_TIMEOUT_MS, UNREACHABLE);
      open.set(commandId, { userId, to, end: resolve, cancelTimer });
      if (isHere) return;
      if (feed.isAlone) end(commandId, UNREACHABLE);
      else feed.publish(userId, { kind: 'command', ...eventOf(asked) });
    });
  }

  /** The source stops only after the target has confirmed. [LIV7] */
  async function handOff(
    channel: UserChannel,
    { userId, from, to }: CommandRequest,
    { contentId, positionSeconds, state, from: source = from }: HandOff,
  ): Promise<CommandEnd> {
    if (source === to) return { outcome: 'refused', reason: 'same_device' };
    const load: Command = { action: 'load', contentId, positionSeconds, state };
    const loaded = await ask(channel, { userId, from, to, command: load });
    if (loaded.outcome !== 'applied') return loaded;
    const stopped = await ask(channel, {
      userId,
      from: to,
      to: source,
      command: { action: 'stop' },
    });
    return { ...loaded, sourceOutcome: stopped.outcome };
  }

  return {
    async send(request) {
      const { userId, command } = request;
      const channel = channels.acquire(userId);
      try {
        if (channel.commandsOpen >= COMMANDS_PER_USER_MAX) throw tooManyCommands();
        channel.commandsOpen += 1;
        try {
          await channel.subscribed;
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
      const result = { outcome, ...(reason === undefined ? {} : { reason }) };
      const mine = open.get(id);
      // Only the device that was asked has a say.
      if (mine?.userId === userId && mine.to === deviceId) end(id, result);
      const theirs = given.get(id);
      if (theirs?.userId !== userId || theirs.to !== deviceId) return;
      given.delete(id);
      feed.publish(userId, { kind: 'commandResult', commandId: id, ...result });
    },

    heard(channel, event) {
      const { commandId } = event;
      if (event.kind === 'command') {
        if (!give(channel, event)) return;
        given.set(commandId, { userId: channel.userId, to: event.to });
        if (given.size > COMMANDS_GIVEN_MAX) given.delete(given.keys().next().value ?? '');
        feed.publish(channel.userId, { kind: 'commandTaken', commandId });
        return;
      }
      const command = open.get(commandId);
      if (command === undefined || command.userId !== channel.userId) return;
      if (event.kind === 'commandTaken') {
        command.cancelTimer();
        command.cancelTimer = expire(
          commandId,
          COMMAND_TIMEOUT_MS - COMMAND_TAKE_TIMEOUT_MS,
          EXPIRED,
        );
        return;
      }
      const { outcome, reason } = event;
      end(commandId, { outcome, ...(reason === undefined ? {} : { reason }) });
    },
  };
}

interface GivenCommand {
  readonly commandId: string;
  readonly from: string;
  readonly to: string;
  readonly command: Command;
}

function eventOf({ commandId, from, to, command }: GivenCommand): GivenCommand {
  return { commandId, from, to, command };
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
