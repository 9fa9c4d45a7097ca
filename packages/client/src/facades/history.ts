import {
  invalidDate,
  isDay,
  TAGS_PER_REMOVE_MAX,
  readDate,
  requireContentId,
  toPlayId,
  type Op,
} from '@cuepoint/core';
import type { Door } from '../door.ts';
import type { OutboxEntry } from '../outbox/outbox-entry.ts';
import { engine } from '../engine.ts';
import { keepSame, Listeners } from '../subscribable.ts';
import type { WatchState } from '../watch-state.ts';
import { askService, type Fetch } from './parts/ask-service.ts';
import { perState } from './parts/per-state.ts';

/** What was watched, and when: it is read from the service, page by page, and is on no device. [PLY1] */
export interface History {
  /** A list that grows page by page, the latest first. It reads while somebody subscribes to it. */
  open(query?: HistoryQuery, options?: HistoryOptions): HistoryList;
  /**
   * Adds a viewing, offline too: it arrives with its own time.
   *
   * @returns the id of the play. @throws CuepointError `invalid_content_id`, `invalid_date`; ClientError `closed`
   */
  add(contentId: string, options?: AddPlayOptions): string;
  /** Removes a viewing, and all plays that tell of it; offline too. @throws ClientError `closed` */
  remove(viewing: Pick<HistoryItem, 'playId' | 'alsoIds'>): void;
}

export interface HistoryQuery {
  readonly contentId?: string | undefined;
  /** From this instant or day on. */
  readonly from?: string | undefined;
  /** Before this instant, or to the end of this day. */
  readonly to?: string | undefined;
}

export interface AddPlayOptions {
  /** An instant as RFC 3339 has it, or a day; `null` where nobody knows. Left out: now. [PLY2] */
  readonly watchedAt?: string | null;
  /** Who says so, 1 to 64 code points. */
  readonly source?: string;
  /** A UUID of the viewing, where there is one: a second play of it is the same one. */
  readonly playId?: string;
}

export interface HistoryOptions {
  /** Default: the platform's. */
  readonly fetch?: Fetch;
}

export interface HistoryItem {
  readonly playId: string;
  readonly contentId: string;
  /** An instant in UTC, or a day; `null` where nobody knows. */
  readonly watchedAt: string | null;
  readonly source: string | null;
  /** Other plays that tell of the same viewing. */
  readonly alsoIds: readonly string[];
  /** The service has not acknowledged it yet. */
  readonly isPending: boolean;
}

export interface HistorySnapshot {
  /**
   * `loading` · `ready` · `offline`: there is no network, and what was read before is shown; it goes on by itself ·
   * `failed`: the service answered with `code`.
   */
  readonly state: 'loading' | 'ready' | 'offline' | 'failed';
  readonly code: string | undefined;
  /** What was read, with what this device adds and removes over it. */
  readonly items: readonly HistoryItem[];
  readonly hasMore: boolean;
}

export interface HistoryList {
  /** The same object until something changes. */
  get(): HistorySnapshot;
  /** Reads one page more, where there is one. */
  loadMore(): void;
  /** Reads again what was read. */
  refresh(): void;
  /** Calls after each change, and keeps the list fresh meanwhile. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

/** One viewing, as the service tells it. [PLY1] */
interface ToldViewing {
  readonly playId: string;
  readonly contentId: string;
  readonly watchedAt?: string | null;
  readonly source?: string | null;
  readonly alsoIds?: readonly string[];
}

interface HistoryPage {
  readonly items: readonly ToldViewing[];
  readonly nextCursor?: string;
}

const LOADING: HistorySnapshot = { state: 'loading', code: undefined, items: [], hasMore: false };
/** What other screens add comes in bursts. */
const REFRESH_DELAY_MS = 250;
const DAY_MS = 24 * 60 * 60_000;

export const historyOf = perState((door, state): History => ({
  open: (query = {}, options = {}) => openList(door, state, query, options),
  add(contentId, { watchedAt, source, playId = door.environment.uuid() } = {}) {
    requireContentId(contentId);
    const date = watchedAt == null ? undefined : readDate(watchedAt);
    if (watchedAt != null && date === undefined) throw invalidDate('watchedAt');
    const id = toPlayId(playId);
    door.write({
      kind: 'play.add',
      contentId,
      playId: id,
      ...(date !== undefined && { watchedAt: date }),
      ...(source !== undefined && { source }),
      ...(watchedAt === undefined && { isDated: true }),
    });
    return id;
  },
  remove({ playId, alsoIds }) {
    const ids = [playId, ...alsoIds];
    for (let from = 0; from < ids.length; from += TAGS_PER_REMOVE_MAX) {
      const playIds = ids.slice(from, from + TAGS_PER_REMOVE_MAX);
      door.write({ kind: 'play.remove', playIds });
    }
  },
}));

function openList(
  door: Door,
  state: WatchState,
  query: HistoryQuery,
  { fetch = engine.fetch }: HistoryOptions,
): HistoryList {
  const { store, environment } = door;
  const listeners = new Listeners();
  let { namespace } = store;
  let told: readonly HistoryItem[] = [];
  /** What was committed since the service was asked: it may not tell of it yet. */
  let committed: Op[] = [];
  let cursor: string | undefined;
  let snapshot = LOADING;
  /** Pages that are wanted. */
  let pages = 1;
  let isReading = false;
  let isStale = true;
  let cancelRefresh: (() => void) | undefined;
  let endings: (() => void)[] = [];

  /** Whoever signed in, and whether somebody looks: what was read of another is let go of. [SDK9] */
  function forgetOthers(): boolean {
    if (namespace === store.namespace) return false;
    ({ namespace } = store);
    told = committed = [];
    cursor = undefined;
    pages = 1;
    snapshot = LOADING;
    isStale = true;
    return true;
  }

  function show(change: Partial<HistorySnapshot>): void {
    const shown = overlaid(store.replica.entries(), committed, query, told, cursor === undefined);
    const items = keepSame(snapshot.items, shown, ({ playId }) => playId);
    const next = { ...snapshot, hasMore: cursor !== undefined, ...change, items };
    const isSame =
      next.state === snapshot.state &&
      next.code === snapshot.code &&
      next.items === snapshot.items &&
      next.hasMore === snapshot.hasMore;
    if (isSame) return;
    snapshot = next;
    listeners.notify();
  }

  /** All wanted pages anew: each is of its moment, and what was between two of them is in neither. */
  async function readAll(): Promise<void> {
    if (isReading || listeners.size === 0) return;
    isReading = true;
    while (isStale) {
      forgetOthers();
      isStale = false;
      const read: HistoryItem[] = [];
      const of = namespace;
      const isCovered = committed.length;
      let next: string | undefined;
      for (let page = 0; page < pages && !(page > 0 && next === undefined); page += 1) {
        const path = historyPath({ ...query, cursor: next });
        const answer = await askService<HistoryPage>(door, fetch, path);
        forgetOthers();
        if (of !== namespace) break;
        if (answer === 'offline' || !('items' in answer)) {
          show(
            answer === 'offline'
              ? { state: 'offline', code: undefined }
              : { state: 'failed', code: answer.code },
          );
          isReading = false;
          return;
        }
        read.push(...answer.items.map((viewing) => itemOf(viewing, false)));
        next = answer.nextCursor;
      }
      if (of !== namespace) continue;
      if (JSON.stringify(told) !== JSON.stringify(read)) told = read;
      cursor = next;
      committed = committed.slice(isCovered);
    }
    isReading = false;
    show({ state: 'ready', code: undefined });
  }

  function refresh(): void {
    isStale = true;
    void readAll();
  }

  function refreshSoon(): void {
    cancelRefresh ??= environment.setTimer(() => {
      cancelRefresh = undefined;
      refresh();
    }, REFRESH_DELAY_MS);
  }

  function start(): void {
    endings = [
      store.onChanged(({ keys }, change) => {
        const plays = change?.fold?.filter(isPlay) ?? [];
        if (forgetOthers()) {
          listeners.notify();
          refresh();
        }
        committed = committed.concat(plays);
        if (keys === undefined || keys.has('play')) show({});
        if (plays.length > 0) refreshSoon();
      }),
      state.status.subscribe(() => {
        if (snapshot.state === 'offline' && state.status.get().isOnline) refresh();
      }),
    ];
    refresh();
  }

  return {
    get() {
      forgetOthers();
      return snapshot;
    },
    loadMore() {
      if (cursor === undefined) return;
      pages += 1;
      refresh();
    },
    refresh,
    subscribe(listener) {
      const end = listeners.subscribe(listener);
      if (listeners.size === 1) start();
      return () => {
        end();
        if (listeners.size > 0) return;
        for (const endOne of endings.splice(0)) endOne();
        cancelRefresh?.();
        cancelRefresh = undefined;
      };
    },
  };
}

function historyPath(query: HistoryQuery & { readonly cursor: string | undefined }): string {
  const asked = (Object.keys(query) as (keyof typeof query)[])
    .filter((name) => query[name])
    .map((name) => `${name}=${encodeURIComponent(query[name] ?? '')}`);
  return `history?${asked.join('&')}`;
}

/** Adds and removals that wait, or are stored and not told yet, over what the service told. [SDK8] */
function overlaid(
  entries: readonly OutboxEntry[],
  committed: readonly Op[],
  query: HistoryQuery,
  told: readonly HistoryItem[],
  isWhole: boolean,
): readonly HistoryItem[] {
  const added: HistoryItem[] = [];
  const removed = new Set<string>();
  const known = new Set<string>();
  for (const { op, state } of [...committed.map((each) => ({ op: each, state: '' })), ...entries]) {
    if (state === 'dead') continue;
    if (op.kind === 'play.remove') for (const playId of op.playIds) removed.add(playId);
    if (op.kind !== 'play.add' || !isWithin(op, query)) continue;
    added.push(itemOf(op, state !== ''));
  }
  for (const { playId, alsoIds } of told) for (const id of [playId, ...alsoIds]) known.add(id);
  const last = told[told.length - 1];
  // One of a page that was not read yet would stand in the wrong place.
  const untilMs = isWhole || last === undefined ? -Infinity : timeOf(last);
  return [...added.filter((item) => !known.has(item.playId) && timeOf(item) >= untilMs), ...told]
    .filter(({ playId }) => !removed.has(playId))
    .sort((a, b) => timeOf(b) - timeOf(a) || 0);
}

function itemOf(viewing: ToldViewing, isPending: boolean): HistoryItem {
  const { playId, contentId, watchedAt = null, source = null, alsoIds = [] } = viewing;
  return { playId, contentId, watchedAt, source, alsoIds, isPending };
}

function isWithin(
  { contentId, watchedAt }: ToldViewing,
  { contentId: wanted = contentId, from, to }: HistoryQuery,
): boolean {
  if (contentId !== wanted) return false;
  const atMs = timeOf({ watchedAt: watchedAt ?? null });
  // A day reaches to its end.
  const untilMs = to === undefined ? Infinity : Date.parse(to) + (isDay(to) ? DAY_MS : 0);
  return (from === undefined || atMs >= Date.parse(from)) && atMs < untilMs;
}

/** What nobody knows the time of is the last. */
function timeOf({ watchedAt }: { readonly watchedAt: string | null }): number {
  return watchedAt === null ? -Infinity : Date.parse(watchedAt);
}

function isPlay({ kind }: Op): boolean {
  return kind.startsWith('play');
}
