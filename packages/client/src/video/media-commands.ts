import type { Command } from '@cuepoint/core';
import type { CommandAnswer, CommandHandler } from '../devices/commands.ts';
import type { ClientEnvironment } from '../environment.ts';
import { hasMetadata, type MediaElementLike } from './media-element.ts';

/** A device that asks for a content: to open, or to take over from it. */
export type LoadCommand = Extract<Command, { action: 'load' }>;
/** Opens the content and answers once it shows there; `undefined` leaves it to another handler. */
export type LoadHandler = (
  command: LoadCommand,
) => CommandAnswer | undefined | Promise<CommandAnswer | undefined>;

export interface MediaCommandsDeps {
  readonly environment: Pick<ClientEnvironment, 'setTimer'>;
  readonly onLoad: LoadHandler | undefined;
  /** The second of the medium at a second of the content. */
  readonly mediaTime: (contentSeconds: number) => number;
  /** Stops the element: a stop is told as such, and not as a pause. */
  readonly stop: () => void;
}

/** A seek that takes longer answers too late: the service waits 5 s. */
const SEEK_TIMEOUT_MS = 4_000;
/** Levels that count as set: an element may round. */
const VOLUME_TOLERANCE = 0.01;

const NOT_PLAYING: CommandAnswer = { refused: 'not_playing' };
const NOT_SUPPORTED: CommandAnswer = { refused: 'not_supported' };

/** Lets other devices control an element: each command answers once the element has done it. [LIV7] */
export function createMediaCommands(
  element: MediaElementLike,
  { environment, onLoad, mediaTime, stop }: MediaCommandsDeps,
): CommandHandler {
  function seek(positionSeconds: number): Promise<CommandAnswer> {
    return new Promise((resolve) => {
      const answer = (result: CommandAnswer) => () => {
        cancel();
        element.removeEventListener('seeked', onSeeked);
        element.removeEventListener('emptied', onEmptied);
        resolve(result);
      };
      const onSeeked = answer('applied');
      const onEmptied = answer(NOT_PLAYING);
      const cancel = environment.setTimer(answer({ refused: 'timed_out' }), SEEK_TIMEOUT_MS);
      element.addEventListener('seeked', onSeeked);
      element.addEventListener('emptied', onEmptied);
      element.currentTime = mediaTime(positionSeconds);
    });
  }

  return async (command) => {
    switch (command.action) {
      case 'play':
        return play(element);
      case 'pause':
        if (!hasMetadata(element)) return NOT_PLAYING;
        element.pause();
        return 'applied';
      case 'stop':
        if (!hasMetadata(element)) return NOT_PLAYING;
        stop();
        return 'applied';
      case 'seek':
        return hasMetadata(element) ? seek(command.positionSeconds) : NOT_PLAYING;
      case 'volume': {
        const volume = command.level / 100;
        element.volume = volume;
        // iOS leaves the volume to its buttons.
        const isSet = Math.abs(element.volume - volume) <= VOLUME_TOLERANCE;
        return isSet ? 'applied' : NOT_SUPPORTED;
      }
      case 'mute':
        element.muted = command.muted;
        return element.muted === command.muted ? 'applied' : NOT_SUPPORTED;
      case 'load':
        return onLoad?.(command);
      case 'cast':
      case 'handoff':
        return undefined;
    }
  };
}

async function play(element: MediaElementLike): Promise<CommandAnswer> {
  try {
    await element.play();
    return 'applied';
  } catch (error) {
    const name = error instanceof Error ? error.name : '';
    // Browsers want a gesture of the person before anything plays with sound.
    if (name === 'NotAllowedError') return { refused: 'not_allowed' };
    return name === 'NotSupportedError' ? NOT_PLAYING : { refused: 'failed' };
  }
}
