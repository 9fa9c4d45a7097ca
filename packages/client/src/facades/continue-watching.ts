import {
  CONTINUE_WATCHING_POLICY,
  createWatchingList,
  explainContinueWatching,
  groupOf,
  requireContentId,
  type Card,
  type ContinueWatchingPolicy,
  type ListedFacts,
  type ListSource,
  type Verdict,
} from '@cuepoint/core';
import type { Door } from '../door.ts';
import { engine } from '../engine.ts';
import { visibleRegister } from '../replica/view.ts';
import { Listeners } from '../subscribable.ts';
import type { WatchState } from '../watch-state.ts';
import type { Fetch } from './parts/ask-service.ts';
import { createCatalogue } from './parts/catalogue.ts';
import { CurrentLists, type CurrentList } from './parts/current-lists.ts';
import { createDescription, type AppDescription } from './parts/description.ts';
import { perState } from './parts/per-state.ts';

export type {
  Card,
  CardReason,
  HiddenGroup,
  HiddenReason,
  ListedFacts,
  Verdict,
  Why,
} from '@cuepoint/core';
export type { AppDescription } from './parts/description.ts';

/** What the person goes on with: one card a group, which is a series or a content without one. [CW1] */
export interface ContinueWatching {
  /** The latest engaged first; the same array until something changes. [CW2] */
  list(): readonly Card[];
  /** What a series goes on with, dismissed or not: its first episode where nothing of it was begun. [CW5] */
  upNext(seriesId: string): Verdict;
  /** Every group that anything was done with, why it is here or why it is not; made anew for each call. [CW8] */
  explain(): readonly Verdict[];
  /** What is known of a content. */
  facts(contentId: string): ListedFacts | undefined;
  /**
   * Takes a group off the list until somebody engages with it again. Its places stay. [CW4]
   *
   * @param id of the group, or of a content in it. @throws CuepointError `invalid_content_id`; ClientError `closed`
   */
  dismiss(id: string): void;
  /** Takes that back. @returns false where it was not dismissed. @throws ClientError `closed` */
  restore(id: string): boolean;
  /** Begins a new pass: what was watched before counts no more on the list, and stays in the history. [CW6] @throws as `dismiss` */
  rewatch(id: string): void;
  /** Ends the pass: what was watched before counts again. @returns false where there was none. */
  endRewatch(id: string): boolean;
  /** What the app knows of a content changed; without an id: of any. */
  describeAnew(contentId?: string): void;
  /** Calls after each change, of this device or another, and as episodes are released. @returns what ends it. */
  subscribe(listener: () => void): () => void;
}

export interface ContinueWatchingOptions extends AppDescription {
  /**
   * Asks the service's catalogue for what neither the app nor the person's devices know: at most 500 contents and series a
   * run, together what is asked for together. Default false.
   */
  readonly catalogue?: boolean;
  /** For the catalogue; default: the platform's. */
  readonly fetch?: Fetch;
  /** From where on a content is begun. [CW3] */
  readonly policy?: Partial<ContinueWatchingPolicy>;
}

/** What the list is made of, beside positions. */
const KINDS = ['watched', 'dismissed', 'rewatch'] as const;
const PARTS = ['progress', ...KINDS];
/** A release further away than this is looked at again: timers have an end, and clocks are set. */
const LOOK_MAX_MS = 60 * 60_000;
const NO_OPTIONS: ContinueWatchingOptions = {};

/** What lists hear of: keys by part, undefined for all of them; `online` where what could not be asked before can be. */
type News = ReadonlyMap<string, Iterable<string>> | undefined | 'online';

interface KeptList extends CurrentList<News> {
  readonly options: ContinueWatchingOptions;
  readonly facade: ContinueWatching;
}

type KeptLists = CurrentLists<KeptList, News>;

const listsOf = perState((door, state) => {
  const facades = new WeakMap<ContinueWatchingOptions, ContinueWatching>();
  const current: KeptLists = new CurrentLists();
  door.store.onChanged(({ keys }) => current.tell(keys));
  let { isOnline } = state.status.get();
  state.status.subscribe(() => {
    const wasOnline = isOnline;
    ({ isOnline } = state.status.get());
    if (isOnline && !wasOnline) current.tell('online');
  });
  return (options: ContinueWatchingOptions): ContinueWatching => {
    const facade =
      facades.get(options) ??
      current.find((list) => saySame(list.options, options))?.facade ??
      createContinueWatching(door, options, current);
    facades.set(options, facade);
    return facade;
  };
});

/** Functions by identity. */
function saySame(a: ContinueWatchingOptions, b: ContinueWatchingOptions): boolean {
  return (
    a.facts === b.facts &&
    a.episodesOf === b.episodesOf &&
    a.canonical === b.canonical &&
    a.fetch === b.fetch &&
    (a.catalogue ?? false) === (b.catalogue ?? false) &&
    JSON.stringify(policyOf(a)) === JSON.stringify(policyOf(b))
  );
}

const policyOf = ({ policy }: ContinueWatchingOptions): ContinueWatchingPolicy => ({
  ...CONTINUE_WATCHING_POLICY,
  ...policy,
});

/**
 * @param options objects with the same functions and values give the same list; functions that are made anew for each call
 * are another list each.
 */
export function continueWatchingOf(
  state: WatchState,
  options: ContinueWatchingOptions = NO_OPTIONS,
): ContinueWatching {
  return listsOf(state)(options);
}

function createContinueWatching(
  door: Door,
  options: ContinueWatchingOptions,
  current: KeptLists,
): ContinueWatching {
  const { store, write, environment } = door;
  const listeners = new Listeners();
  const catalogue = options.catalogue
    ? createCatalogue(door, options.fetch ?? engine.fetch, (ids) => {
        for (const id of ids) described(id);
        listeners.notify();
      })
    : undefined;
  const describe = createDescription(store, options, catalogue);
  const source: ListSource = {
    describe,
    policy: policyOf(options),
    state: {
      *contentIds() {
        for (const part of PARTS) for (const key of store.replica.keysOf(part)) yield key;
      },
      progress(contentId) {
        const op = visibleRegister(store.replica, 'progress', contentId);
        return op && { value: op.kind === 'progress.set' ? op : null, stamp: op };
      },
      register(kind, key) {
        const op = visibleRegister(store.replica, kind, key);
        return op?.kind === 'register.set' ? { value: op.value, stamp: op } : undefined;
      },
    },
  };
  const list = createWatchingList(source);
  const nowMs = (): number => store.clock.nowMs();
  let cancelLook: (() => void) | undefined;
  let looksAtMs = Infinity;
  let shown: readonly Card[] = [];

  function hear(news: News): void {
    if (news === 'online') {
      if (catalogue !== undefined) describeAll();
      return;
    }
    if (news === undefined) {
      describeAll();
      return;
    }
    const contents = news.get('content') ?? [];
    if (PARTS.every((part) => !news.has(part)) && !news.has('content')) return;
    for (const contentId of contents) described(contentId);
    for (const part of PARTS) for (const key of news.get(part) ?? []) list.changed(key);
    listeners.notify();
  }

  /** Before anything is read: what has missed changes is made anew. */
  function wake(): void {
    if (current.use(own)) return;
    describe.reset();
    list.reset();
  }

  function describeAll(): void {
    describe.reset();
    list.reset();
    listeners.notify();
  }

  function described(contentId: string): void {
    for (const seriesId of describe.changed(contentId)) list.changed(seriesId);
    list.changed(contentId);
  }

  /** An episode is released while somebody looks. [CW5] */
  function lookLater(): void {
    const atMs = listeners.size === 0 ? Infinity : list.changesAtMs();
    if (atMs === looksAtMs) return;
    looksAtMs = atMs;
    cancelLook?.();
    cancelLook = undefined;
    if (atMs === Infinity) return;
    cancelLook = environment.setTimer(
      () => {
        looksAtMs = Infinity;
        if (shown !== cards()) listeners.notify();
      },
      Math.min(Math.max(atMs - nowMs(), 0), LOOK_MAX_MS),
    );
  }

  const cards = (): readonly Card[] => {
    wake();
    shown = list.cards(nowMs());
    lookLater();
    return shown;
  };

  function set(register: 'dismissed' | 'rewatch', id: string, value: true | { since: '' }): void {
    requireContentId(id);
    wake();
    const key = groupOf(id, describe);
    write({ kind: 'register.set', register, key, value, isDated: true });
  }

  /** Under whatever name of the group it was said. */
  function clear(register: 'dismissed' | 'rewatch', id: string): boolean {
    wake();
    const keys = new Set([id, describe.canonical(id), groupOf(id, describe)]);
    const said = [...keys].filter((key) => source.state.register(register, key)?.value != null);
    write(...said.map((key) => ({ kind: 'register.set' as const, register, key, value: null })));
    return said.length > 0;
  }

  const facade: ContinueWatching = {
    list: cards,
    upNext(seriesId) {
      wake();
      describe.series.add(describe.canonical(seriesId));
      return list.upNext(seriesId, nowMs());
    },
    explain() {
      wake();
      return explainContinueWatching(source, nowMs());
    },
    facts(contentId) {
      wake();
      return describe.facts(describe.canonical(contentId));
    },
    dismiss: (id) => set('dismissed', id, true),
    restore: (id) => clear('dismissed', id),
    rewatch: (id) => set('rewatch', id, { since: '' }),
    endRewatch: (id) => clear('rewatch', id),
    describeAnew(contentId) {
      if (contentId === undefined) describeAll();
      else {
        described(describe.canonical(contentId));
        listeners.notify();
      }
    },
    subscribe(listener) {
      const end = listeners.subscribe(listener);
      cards();
      return () => {
        end();
        lookLater();
      };
    },
  };
  const own: KeptList = { options, facade, hear, isFollowed: () => listeners.size > 0 };
  current.use(own);
  return facade;
}
