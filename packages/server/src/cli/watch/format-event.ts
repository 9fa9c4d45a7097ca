import type { Command, DevicePresence, WireOp } from '@cuepoint/core';
import type { WatchEvent } from './event.ts';
import { LINE_HELP } from './parse-line.ts';

const DEVICE_WIDTH = 24;
/** In the column of devices: the watcher itself, about its own connection. */
const SELF = '-';

/** One event as lines for people: time, device, what. */
export function eventToLines(event: WatchEvent, nowMs: number): readonly string[] {
  if (event.event === 'help') return LINE_HELP.map((line) => `  ${line}`);
  const [device, what] = columnsOf(event);
  return [`${clockTime(nowMs)}  ${device.padEnd(DEVICE_WIDTH)}  ${what}`];
}

/** One event as one JSON object. */
export function eventToJson(event: WatchEvent, nowMs: number): string {
  return JSON.stringify({ time: new Date(nowMs).toISOString(), ...event });
}

function columnsOf(event: Exclude<WatchEvent, { event: 'help' }>): readonly [string, string] {
  switch (event.event) {
    case 'connected': {
      const { userId, watchlist, progress } = event;
      return [
        SELF,
        `connected: user ${userId}, ${watchlist} on the watchlist, ${progress} positions`,
      ];
    }
    case 'disconnected': {
      const { reason, retryInMs } = event;
      return [SELF, `${reason}; next try in ${(retryInMs / 1_000).toFixed(1)} s`];
    }
    case 'change':
      return [event.op.deviceId ?? SELF, describeOp(event.op)];
    case 'presence':
      return [event.device.deviceId, describePresence(event.device)];
    case 'command':
      return [event.from, `asks this device to ${describeCommand(event.command)}: refused`];
    case 'result': {
      const { op, result, code } = event;
      return [SELF, `${describeOp(op)}: ${result}${code === undefined ? '' : ` (${code})`}`];
    }
    case 'outcome': {
      const { to, command, outcome, reason, sourceOutcome } = event;
      const why = reason === undefined ? '' : ` (${reason})`;
      const source = sourceOutcome === undefined ? '' : `, source ${sourceOutcome}`;
      return [to, `${describeCommand(command)}: ${outcome}${why}${source}`];
    }
    case 'problem':
      return [SELF, event.code === undefined ? event.message : `${event.message} (${event.code})`];
  }
}

function describeOp(op: WireOp): string {
  switch (op.kind) {
    case 'watchlist.add':
      return `add ${op.contentId}`;
    case 'watchlist.remove':
      return `remove ${op.contentId}`;
    case 'progress.clear':
      return `clear ${op.contentId}`;
    case 'register.set':
      return op.value === null
        ? `clear ${op.register} of ${op.key}`
        : `set ${op.register} of ${op.key}`;
    case 'play.add':
      return `play ${op.contentId}`;
    case 'play.remove':
      return `remove ${op.playIds.length === 1 ? 'a play' : `${op.playIds.length} plays`}`;
    case 'progress.set': {
      const { contentId, positionSeconds, durationSeconds, state } = op;
      const duration = durationSeconds === 0 ? '' : ` of ${playTime(durationSeconds)}`;
      return `progress ${contentId} ${playTime(positionSeconds)}${duration}, ${state}`;
    }
  }
}

function describePresence({ state, deviceType, deviceName }: DevicePresence): string {
  const name = deviceName === null ? deviceType : `${deviceType}, ${deviceName}`;
  return state === 'removed' ? 'was removed' : `is ${state} (${name})`;
}

function describeCommand({ action, ...rest }: Command): string {
  const words = Object.entries(rest).map(([field, value]) => `${field} ${String(value)}`);
  return [action, ...words].join(' ');
}

/** `1:02:03`, or `2:03` below an hour. */
function playTime(seconds: number): string {
  const [hours, minutes] = [Math.floor(seconds / 3_600), Math.floor(seconds / 60) % 60];
  const rest = String(seconds % 60).padStart(2, '0');
  return hours === 0
    ? `${minutes}:${rest}`
    : `${hours}:${String(minutes).padStart(2, '0')}:${rest}`;
}

/** By the wall clock of whoever watches. */
function clockTime(nowMs: number): string {
  const now = new Date(nowMs);
  return [now.getHours(), now.getMinutes(), now.getSeconds()]
    .map((part) => String(part).padStart(2, '0'))
    .join(':');
}
