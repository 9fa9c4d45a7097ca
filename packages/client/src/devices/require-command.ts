import {
  CuepointError,
  isSeconds,
  requireContentId,
  requireDeviceId,
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
    if (!isSeconds(command.positionSeconds)) {
      throw invalid('invalid_seconds', 'positionSeconds', 'an integer from 0 to 2,147,483,647');
    }
  }
  if (command.action === 'volume' && !isLevel(command.level)) {
    throw invalid('invalid_request', 'level', 'an integer from 0 to 100');
  }
  if (command.action === 'cast' && !isName(command.target)) {
    throw invalid('invalid_request', 'target', '1 to 255 code points');
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

function invalid(code: 'invalid_seconds' | 'invalid_request', field: string, what: string) {
  return new CuepointError(code, `${field} is ${what}.`, { field });
}
