import {
  CommandSchema,
  isContentId,
  isDeviceId,
  isSeconds,
  PLAYBACK_STATES,
  type Command,
  type PlaybackState,
} from '@cuepoint/core';
import { Compile } from 'typebox/compile';

/** What a typed line asks for. */
export type Action =
  | { readonly kind: 'add' | 'remove' | 'clear'; readonly contentId: string }
  | {
      readonly kind: 'progress';
      readonly contentId: string;
      readonly positionSeconds: number;
      readonly durationSeconds: number;
      readonly state: PlaybackState;
    }
  | { readonly kind: 'command'; readonly to: string; readonly command: Command }
  | { readonly kind: 'help' }
  | { readonly kind: 'nothing' };

export const LINE_LENGTH_MAX = 2_000;

export const LINE_HELP: readonly string[] = [
  'add <content>                                          put it on the watchlist',
  'remove <content>                                       take off what is on it now',
  'progress <content> <position> [duration] [state]       in seconds; playing, paused or stopped',
  'clear <content>                                        forget the progress',
  'command <device> play | pause | stop',
  'command <device> seek <seconds> | volume <0-100> | mute on | mute off',
  'command <device> load <content> [position]',
  'command <device> cast <content> <target> [position]',
  'command <device> handoff <content> <position> [playing | paused] [from device]',
  'Names with blanks stand in double quotes.',
];

/** The action of a line; one that is not understood asks for help. */
export function parseLine(line: string): Action {
  if (line.trim() === '') return { kind: 'nothing' };
  if (line.length > LINE_LENGTH_MAX) return { kind: 'help' };
  const [verb = '', ...words] = wordsOf(line);
  return parseAction(verb, words) ?? { kind: 'help' };
}

function parseAction(verb: string, words: readonly string[]): Action | undefined {
  const [first = '', ...rest] = words;
  switch (verb) {
    case 'add':
    case 'remove':
    case 'clear':
      return isContentId(first) && rest.length === 0 ? { kind: verb, contentId: first } : undefined;
    case 'progress':
      return parseProgress(first, rest);
    case 'command': {
      const command = parseCommand(rest);
      return isDeviceId(first) && command !== undefined
        ? { kind: 'command', to: first, command }
        : undefined;
    }
    default:
      return undefined;
  }
}

function parseProgress(contentId: string, words: readonly string[]): Action | undefined {
  const seconds = words.filter((word) => /^\d+$/.test(word)).map(Number);
  const [positionSeconds, durationSeconds = 0] = seconds;
  const [stateWord = 'playing', ...surplus] = words.slice(seconds.length);
  const state = PLAYBACK_STATES.find((known) => known === stateWord);
  const isRight =
    isContentId(contentId) &&
    seconds.length <= 2 &&
    seconds.every(isSeconds) &&
    surplus.length === 0;
  if (!isRight || positionSeconds === undefined || state === undefined) return undefined;
  return { kind: 'progress', contentId, positionSeconds, durationSeconds, state };
}

const commandValidator = Compile(CommandSchema);

/** The schema of the protocol has the last word. */
function parseCommand([action = '', ...words]: readonly string[]): Command | undefined {
  const fields = FIELDS_BY_ACTION[action];
  if (fields === undefined || words.length > fields.length) return undefined;
  const command: Record<string, unknown> = { action };
  for (const [index, word] of words.entries()) {
    const field = fields[index];
    if (field !== undefined) command[field] = valueOf(field, word);
  }
  if (action === 'handoff') command['state'] ??= 'playing';
  return commandValidator.Check(command) ? command : undefined;
}

/** In the order in which they are typed. */
const FIELDS_BY_ACTION: Readonly<Record<string, readonly string[]>> = {
  play: [],
  pause: [],
  stop: [],
  seek: ['positionSeconds'],
  volume: ['level'],
  mute: ['muted'],
  load: ['contentId', 'positionSeconds'],
  cast: ['contentId', 'target', 'positionSeconds'],
  handoff: ['contentId', 'positionSeconds', 'state', 'from'],
};

function valueOf(field: string, word: string): unknown {
  if (field === 'positionSeconds' || field === 'level')
    return /^\d+$/.test(word) ? Number(word) : word;
  if (field === 'muted' && (word === 'on' || word === 'off')) return word === 'on';
  return word;
}

function wordsOf(line: string): string[] {
  const words = line.matchAll(/"([^"]*)"|(\S+)/g);
  return [...words].map(([, quoted, plain]) => quoted ?? plain ?? '');
}
