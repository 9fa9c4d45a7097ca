import {
  CuepointError,
  requireContentId,
  requireDeviceId,
  requireSeconds,
  type Command,
} from '@cuepoint/core';

const LEVEL_MAX = 100;
const NAME_LENGTH_MAX = 255;

/**
 * Checks what the service checks: it ends a session that sends a command it cannot read.
 *
 * @throws CuepointError `invalid_seconds`, `invalid_content_id`, `invalid_device_id`, `invalid_request`
 */
export function requireCommand(command: Command): void {
  if ('contentId' in command) requireContentId(command.contentId);
  if ('positionSeconds' in command && command.positionSeconds !== undefined) {
    requireSeconds('positionSeconds', command.positionSeconds);
  }
  if (command.action === 'volume' && !isLevel(command.level)) {
    throw invalid('level', 'an integer from 0 to 100');
  }
  if (command.action === 'cast' && !isName(command.target)) {
    throw invalid('target', '1 to 255 code points');
  }
  if (command.action === 'handoff' && command.from !== undefined) requireDeviceId(command.from);
}

function isLevel(level: number): boolean {
  return Number.isInteger(level) && level >= 0 && level <= LEVEL_MAX;
}

function isName(name: string): boolean {
  const { length } = Array.from(name);
  return length > 0 && length <= NAME_LENGTH_MAX;
}

function invalid(field: string, what: string) {
  return new CuepointError('invalid_request', `${field} is ${what}.`, { field });
}
