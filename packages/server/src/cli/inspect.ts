import type { SyncRepository } from '@cuepoint/store';
import { Command } from 'commander';
import { textToTimestamp } from '@cuepoint/core';
import { toDataLine } from '../export/encode-export.ts';
import type {
  DataLine,
  DeviceLine,
  ProgressLine,
  WatchlistLine,
} from '../export/export-schemas.ts';
import { foldLines } from '../export/fold-lines.ts';
import { instantOf } from '../http/instant.ts';
import { print, type CliContext } from './context.ts';
import { formatTable } from './table.ts';
import { parseUserId } from './user-option.ts';
import { withRepository } from './with-database.ts';

export function inspectCommand(context: CliContext): Command {
  return new Command('inspect')
    .description(
      'show what is stored of a user: tags and tombstones, registers and stamps, devices',
    )
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .option('--json', 'print one JSON object')
    .action(async ({ user, json }: { user: string; json?: true }) => {
      const lines = await withRepository(context, (repository) => readLines(repository, user));
      if (json === true) print(context, JSON.stringify(toObject(user, lines), undefined, 2));
      else print(context, ...toText(user, lines));
    });
}

async function readLines(repository: SyncRepository, userId: string): Promise<DataLine[]> {
  const lines: DataLine[] = [];
  for await (const line of repository.exportUser(userId)) lines.push(toDataLine(line));
  return foldLines(lines);
}

function toObject(userId: string, lines: readonly DataLine[]) {
  return {
    userId,
    watchlist: lines.filter((line) => line.type === 'watchlist').map(withoutType),
    progress: lines.filter((line) => line.type === 'progress').map(withoutType),
    devices: lines.filter((line) => line.type === 'device').map(withoutType),
  };
}

function withoutType({ type: _type, ...line }: DataLine) {
  return line;
}

function toText(userId: string, lines: readonly DataLine[]): string[] {
  const watchlist = lines.filter((line) => line.type === 'watchlist');
  const progress = lines.filter((line) => line.type === 'progress');
  const devices = lines.filter((line) => line.type === 'device');
  return [
    `user ${userId}`,
    ...section(`watchlist, ${watchlist.length} tag(s)`, WATCHLIST_COLUMNS, watchlist.map(toTagRow)),
    ...section(
      `progress, ${progress.length} register(s)`,
      PROGRESS_COLUMNS,
      progress.map(toRegisterRow),
    ),
    ...section(`devices, ${devices.length}`, DEVICE_COLUMNS, devices.map(toDeviceRow)),
  ];
}

function section(title: string, columns: readonly string[], rows: readonly string[][]): string[] {
  return [
    '',
    title,
    ...(rows.length === 0 ? [] : formatTable(columns, rows).map((row) => `  ${row}`)),
  ];
}

const WATCHLIST_COLUMNS = ['content', 'tag', 'state', 'added', 'by', 'removed', 'by'];
const PROGRESS_COLUMNS = ['content', 'position', 'duration', 'state', 'stamp', 'by', 'time'];
const DEVICE_COLUMNS = ['device', 'type', 'platform', 'version', 'name', 'last seen', 'state'];

function toTagRow({ contentId, tag, added, removed }: WatchlistLine): string[] {
  return [
    contentId,
    tag,
    removed === null ? 'live' : 'removed',
    added?.timestamp ?? '-',
    added?.deviceId ?? '-',
    removed?.timestamp ?? '-',
    removed?.deviceId ?? '-',
  ];
}

function toRegisterRow({ contentId, position, timestamp, deviceId }: ProgressLine): string[] {
  const physical = textToTimestamp(timestamp)?.physical;
  return [
    contentId,
    String(position?.positionSeconds ?? '-'),
    String(position?.durationSeconds ?? '-'),
    position?.state ?? 'cleared',
    timestamp,
    deviceId,
    physical === undefined ? '-' : instantOf(physical),
  ];
}

function toDeviceRow(line: DeviceLine): string[] {
  return [
    line.deviceId,
    line.deviceType,
    line.platform,
    line.appVersion,
    line.deviceName ?? '-',
    line.lastSeen,
    line.revokedAt !== null ? 'revoked' : line.isOnline ? 'online' : 'offline',
  ];
}
