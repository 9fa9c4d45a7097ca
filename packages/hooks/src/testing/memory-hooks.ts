import type { WorkMatch } from '../ports.ts';
import type { Work } from '@cuepoint/core';
import { isAutomatedBody } from '../body.ts';
import type { Fields } from '../fields.ts';
import type { HookSource } from '../hook-event.ts';
import type { Hook, HookPorts } from '../ports.ts';
import { readHook } from '../read-hook.ts';
import type { Receipt } from '../receipt.ts';
import { takeReading } from '../take-event.ts';
import type { Viewing } from '../viewing.ts';

/** What is stored of one content, as the service would. */
export interface StoredContent {
  position?: {
    readonly positionSeconds: number;
    readonly durationSeconds: number;
    readonly state: string;
  };
  /** Of the last write. */
  isAct?: boolean;
  isWatched: boolean;
  /** Ids of playbacks that were seen to their end. */
  readonly plays: Set<string>;
}

export interface MemoryHooks {
  ports: HookPorts;
  readonly hook: Hook;
  readonly receipts: Receipt[];
  readonly contents: Map<string, StoredContent>;
  readonly unmatched: Work[];
  /** Reports that were written. */
  writes: number;
  nowMs: number;
  /** The next write fails. */
  failsNext: boolean;
  send(body: Fields): Promise<Receipt | 'automated'>;
}

/** Viewings and writes in memory: what a viewing comes to, without a database. */
export function createMemoryHooks(
  source: HookSource,
  {
    acceptedUsers = [{ name: 'someone' }, { name: 'Kodi' }],
  }: Partial<Pick<Hook, 'acceptedUsers'>> = {},
): MemoryHooks {
  const viewings = new Map<string, Viewing>();
  const hook: Hook = { id: 'hook', userId: 'user', source, acceptedUsers };
  let ids = 0;
  const contentOf = (contentId: string): StoredContent => {
    const content = memory.contents.get(contentId) ?? { isWatched: false, plays: new Set() };
    memory.contents.set(contentId, content);
    return content;
  };
  const memory: MemoryHooks = {
    hook,
    receipts: [],
    contents: new Map(),
    unmatched: [],
    writes: 0,
    nowMs: Date.parse('2026-03-01T19:00:00Z'),
    failsNext: false,
    async send(body) {
      if (isAutomatedBody(Buffer.from(JSON.stringify(body)))) return 'automated';
      const reading = readHook(source, body);
      if (reading.kind === 'automated') return 'automated';
      const receipt = await takeReading(memory.ports, hook, reading);
      memory.receipts.push(receipt);
      return receipt;
    },
    ports: {
      find: async () => hook,
      note: (_hook, receipt) => void memory.receipts.push(receipt),
      async advance(_hook, { item, device }, step) {
        const before = [...viewings]
          .filter(
            ([key, viewing]) => key !== item && device !== undefined && viewing.device === device,
          )
          .map(([, viewing]) => viewing)
          .at(-1);
        const stepped = step(viewings.get(item), before);
        if (stepped.viewing !== undefined) {
          viewings.delete(item);
          viewings.set(item, stepped.viewing);
        }
        return stepped;
      },
      async restore(_hook, item, viewing) {
        if (viewing === undefined) viewings.delete(item);
        else viewings.set(item, viewing);
      },
      matcher: {
        match: async (_userId, work) => matchInMemory(work),
        keepUnmatched: async (_userId, work) => void memory.unmatched.push(work),
      },
      lengthOf: async () => 2_700,
      async report({ contentId }, { position, playbackId, continuesMs, isFinished }) {
        if (memory.failsNext) {
          memory.failsNext = false;
          throw new Error('the database is away');
        }
        memory.writes += 1;
        const content = contentOf(contentId);
        if (position !== undefined) content.position = position;
        content.isAct = continuesMs === undefined;
        if (!isFinished) return;
        content.isWatched = true;
        content.plays.add(playbackId);
      },
      async mark({ contentId }, isWatched) {
        contentOf(contentId).isWatched = isWatched;
      },
      describe: async () => undefined,
      now: () => memory.nowMs,
      randomUuid: () => `playback-${(ids += 1)}`,
    },
  };
  return memory;
}

/** By its ids, else by its series and numbers, as long as the title is not made to be unknown. */
export function matchInMemory({ ids, series, season, episode, title }: Work): WorkMatch {
  if (ids.tmdb !== undefined)
    return { kind: 'matched', contentId: `tmdb:${ids.tmdb}`, isKnown: true };
  if (series?.title?.startsWith('Unknown') === true || title?.startsWith('Unknown') === true) {
    return { kind: 'unmatched', reason: 'unknown' };
  }
  const name =
    series === undefined
      ? title
      : `${series.title ?? JSON.stringify(series.ids)} ${season}x${episode}`;
  return { kind: 'matched', contentId: `${name}`, isKnown: true };
}
