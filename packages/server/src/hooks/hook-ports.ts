import { msToDate, type ContentFacts, type JsonValue, type WorkIds } from '@cuepoint/core';
import {
  HOOK_SOURCES,
  type HookPorts,
  type HookSource,
  type HookWrite,
  type Viewing,
  type ViewingReport,
  type WorkMatcher,
} from '@cuepoint/hooks';
import type { FoundHook, HookStore } from '@cuepoint/store';
import { hashOf } from '../accounts/secrets.ts';
import { addPlay } from '../writes/change-history.ts';
import { reportPlayback } from '../writes/report-playback.ts';
import { setRegister, type RegisterDeps } from '../writes/set-register.ts';
import type { ReceiptLog } from './receipt-log.ts';

export interface HookPortDeps extends RegisterDeps {
  readonly hooks: HookStore;
  readonly matcher: WorkMatcher;
  readonly receipts: Pick<ReceiptLog, 'note'>;
}

const TITLE_LENGTH_MAX = 300;

/** What hooks stand on, over the stores and the writes of the service. */
export function createHookPorts(deps: HookPortDeps): HookPorts {
  const { hooks, repository, receipts, matcher, now, randomUuid } = deps;

  return {
    async find(secret) {
      const found = await hooks.find(hashOf(secret));
      const source = found && HOOK_SOURCES.find((each) => each === found.source);
      return found && source && toHook(found, source);
    },
    note: (hook, receipt) => receipts.note(hook, receipt),
    advance: (hook, { item, device }, step) =>
      hooks.advance<Viewing, ReturnType<typeof step>>({ hookId: hook.id, item, device }, step),
    restore: (hook, item, viewing) =>
      hooks.setViewing({ hookId: hook.id, item, device: viewing?.device ?? undefined }, viewing),
    matcher,
    async lengthOf(userId, contentId) {
      const { describe } = await repository.readContents(userId, [contentId]);
      return describe.facts(describe.canonical(contentId))?.durationSeconds ?? 0;
    },
    report: (write, report) =>
      report.position === undefined ? finish(write, report) : place(write, report),
    async mark({ hook, contentId, deviceId }, isWatched) {
      await setRegister(deps, {
        userId: hook.userId,
        deviceId,
        kind: 'watched',
        key: contentId,
        // When it was seen nobody says: a mark is not a viewing.
        value: isWatched ? { at: null } : null,
      });
    },
    async describe(write, { work, seriesId, durationSeconds }) {
      const { type, title, year, series, season, episode, ids } = work;
      if (type !== 'movie' && type !== 'episode') return;
      await describeContent(write, write.contentId, {
        type,
        ...titled(title, type === 'movie' ? year : undefined),
        ...(seriesId !== undefined && seriesId !== write.contentId && { seriesId }),
        ...(season !== undefined && { season }),
        ...(episode !== undefined && { episode }),
        ...(durationSeconds > 0 && { durationSeconds }),
        ...idsOf(ids),
      });
      if (seriesId === undefined || series === undefined) return;
      await describeContent(write, seriesId, {
        type: 'series',
        ...titled(series.title, series.year),
        ...idsOf(series.ids),
      });
    },
    now,
    randomUuid,
  };

  async function place(
    { hook, contentId, deviceId }: HookWrite,
    { position, playbackId, continuesMs, isFinished, watchedAtMs }: ViewingReport,
  ): Promise<void> {
    if (position === undefined) return;
    await reportPlayback(deps, {
      userId: hook.userId,
      deviceId,
      isAnonymous: false,
      contentId,
      position,
      passive: false,
      continuesMs,
      isFinished,
      playbackId,
      watchedAt: dateOf(watchedAtMs),
      source: hook.source,
    });
  }

  /** Of a sender that knows no place. */
  async function finish(
    { hook, contentId, deviceId }: HookWrite,
    { playbackId, watchedAtMs }: ViewingReport,
  ): Promise<void> {
    const { userId, source } = hook;
    const watchedAt = dateOf(watchedAtMs);
    await addPlay(deps, { userId, deviceId, contentId, watchedAt, source, playbackId });
    const value = { at: watchedAt };
    await setRegister(deps, { userId, deviceId, kind: 'watched', key: contentId, value });
  }

  /** What is known is left as it is: it is better than what a server says. */
  async function describeContent(
    { hook, deviceId }: HookWrite,
    contentId: string,
    facts: ContentFacts,
  ): Promise<void> {
    const { userId } = hook;
    const { describe } = await repository.readContents(userId, [contentId]);
    if (describe.facts(describe.canonical(contentId)) !== undefined) return;
    const value = facts as JsonValue;
    await setRegister(deps, { userId, deviceId, kind: 'content', key: contentId, value });
  }
}

function toHook({ id, userId, acceptedUsers }: FoundHook, source: HookSource) {
  return { id, userId, source, acceptedUsers };
}

function titled(given: string | undefined, year: number | undefined) {
  const title = Array.from((given ?? '').replaceAll(/[\p{Cc}\p{Cs}]/gu, ' ').trim())
    .slice(0, TITLE_LENGTH_MAX)
    .join('');
  return { ...(title !== '' && { title }), ...(year !== undefined && year <= 9_999 && { year }) };
}

function idsOf({ imdb, tmdb, tvdb }: WorkIds) {
  const ids = {
    ...(imdb !== undefined && { imdb }),
    ...(tmdb !== undefined && { tmdb }),
    ...(tvdb !== undefined && { tvdb }),
  };
  return Object.keys(ids).length > 0 && { ids };
}

function dateOf(ms: number): string {
  return msToDate(Math.floor(ms));
}
