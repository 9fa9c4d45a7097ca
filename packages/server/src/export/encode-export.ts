import { claimToWire, timestampToText, type Stamp } from '@cuepoint/core';
import type { ExportLine } from '@cuepoint/store';
import { instantOf } from '../http/instant.ts';
import {
  EXPORT_TYPE,
  EXPORT_VERSION,
  type DataLine,
  type EndLine,
  type HeaderLine,
} from './export-schemas.ts';

/** An export as JSON lines, each with its line feed, made as they are read. */
export async function* encodeExport(
  userId: string,
  lines: AsyncIterable<ExportLine>,
): AsyncGenerator<string> {
  const header: HeaderLine = { type: EXPORT_TYPE, version: EXPORT_VERSION, userId };
  yield `${JSON.stringify(header)}\n`;
  let count = 0;
  for await (const line of lines) {
    count += 1;
    yield `${JSON.stringify(toDataLine(line))}\n`;
  }
  const end: EndLine = { type: 'end', lines: count };
  yield `${JSON.stringify(end)}\n`;
}

export function toDataLine(line: ExportLine): DataLine {
  switch (line.type) {
    case 'watchlist': {
      const { contentId, tag, added, removed } = line.entry;
      return {
        type: 'watchlist',
        contentId,
        tag,
        added: added === null ? null : toWireStamp(added),
        removed: removed === null ? null : toWireStamp(removed),
        removedAt: line.removedAtMs === null ? null : instantOf(line.removedAtMs),
      };
    }
    case 'progress':
      return {
        type: 'progress',
        contentId: line.contentId,
        position: line.position === null ? null : { ...line.position },
        ...toWireStamp(line.stamp),
        ...claimToWire(line.stamp.claim),
        updatedAt: instantOf(line.updatedAtMs),
      };
    case 'register':
      return {
        type: 'register',
        register: line.register,
        key: line.key,
        value: line.value,
        ...toWireStamp(line.stamp),
        ...claimToWire(line.stamp.claim),
        updatedAt: instantOf(line.updatedAtMs),
      };
    case 'play': {
      const { tag: playId, contentId, watchedAt, source, added, removed } = line.play;
      return {
        type: 'play',
        playId,
        contentId: contentId === '' ? null : contentId,
        watchedAt: watchedAt ?? null,
        source: source ?? null,
        added: added === null ? null : { ...toWireStamp(added), ...claimToWire(added.claim) },
        removed: removed === null ? null : toWireStamp(removed),
        removedAt: line.removedAtMs === null ? null : instantOf(line.removedAtMs),
      };
    }
    case 'device': {
      const { lastSeenMs, capabilities, ...device } = line.device;
      const { hdrFormats, audioCodecs, ...rest } = capabilities;
      return {
        type: 'device',
        ...device,
        capabilities: {
          ...rest,
          ...(hdrFormats === undefined ? {} : { hdrFormats: [...hdrFormats] }),
          ...(audioCodecs === undefined ? {} : { audioCodecs: [...audioCodecs] }),
        },
        lastSeen: instantOf(lastSeenMs),
        revokedAt: line.revokedAtMs === null ? null : instantOf(line.revokedAtMs),
      };
    }
    case 'floor':
      return { type: 'floor', collected: timestampToText(line.collected) };
  }
}

function toWireStamp({ timestamp, deviceId }: Stamp): { timestamp: string; deviceId: string } {
  return { timestamp: timestampToText(timestamp), deviceId };
}
