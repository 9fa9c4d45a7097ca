import { isCard, type Card, type Verdict } from './card.ts';
import { compareVerdicts } from './continue-watching.ts';
import { groupOf } from './group-of.ts';
import { judgeAsked, judgeGroup, type ListSource } from './judge-group.ts';
import type { ViewerState } from './viewer.ts';

/** Beyond so many changed groups at once, sorting anew costs less than finding a place for each. */
const PLACED_MAX = 64;
/** A clock that is set back by less does not take a released episode away. */
const BACK_MAX_MS = 60_000;

/**
 * A Continue Watching list that is kept: a change costs its own group, not the list. [CW9]
 *
 * It holds the cards, and what is in which series; whatever else it needs it reads again from its source.
 */
export interface WatchingList {
  /** The latest engaged first. The same array while nothing changed. [CW2] */
  cards(nowMs: number): readonly Card[];
  /**
   * What a series, or the group of any content, goes on with, dismissed or not: its first episode, where nothing of it
   * was begun.
   */
  upNext(id: string, nowMs: number): Verdict;
  /** When the cards given last change by themselves: an episode is released. In ms since the epoch; Infinity for never. */
  changesAtMs(): number;
  /**
   * Something was written of this content or group, or is known of it that was not: facts, episodes.
   *
   * For an alias that came or went, to be called with both names; for an episode that moved, with it and both series.
   */
  changed(id: string): void;
  /** All of it may have changed. */
  reset(): void;
}

export function createWatchingList(source: ListSource): WatchingList {
  return new KeptList(source);
}

class KeptList implements WatchingList {
  readonly #source: ListSource;
  /** What else is in a group than its own name. */
  readonly #membersByGroup = new Map<string, Set<string>>();
  readonly #groupsByMember = new Map<string, string>();
  readonly #cardsByGroup = new Map<string, Card>();
  readonly #changesAtByGroup = new Map<string, number>();
  readonly #changed = new Set<string>();
  #cards: readonly Card[] = [];
  #changesAtMs = Infinity;
  #nowMs = -Infinity;
  #isBuilt = false;

  constructor(source: ListSource) {
    this.#source = source;
  }

  cards(nowMs: number): readonly Card[] {
    if (nowMs < this.#nowMs - BACK_MAX_MS) this.#isBuilt = false;
    this.#nowMs = this.#isBuilt ? Math.max(nowMs, this.#nowMs) : nowMs;
    if (!this.#isBuilt) this.#build();
    else if (this.#changed.size > 0 || this.#changesAtMs <= this.#nowMs) this.#update();
    return this.#cards;
  }

  upNext(id: string, nowMs: number): Verdict {
    this.cards(nowMs);
    const groupId = groupOf(id, this.#source.describe);
    return judgeAsked(groupId, this.#namesOf(groupId), this.#source, this.#nowMs);
  }

  changesAtMs(): number {
    return this.#changesAtMs;
  }

  changed(id: string): void {
    if (this.#isBuilt) this.#changed.add(id);
  }

  reset(): void {
    this.#isBuilt = false;
  }

  #build(): void {
    this.#membersByGroup.clear();
    this.#groupsByMember.clear();
    this.#cardsByGroup.clear();
    this.#changesAtByGroup.clear();
    this.#changed.clear();
    const { state, describe } = this.#source;
    const groups = new Set<string>();
    for (const name of state.contentIds()) {
      if (groups.has(name)) continue;
      const groupId = groupOf(name, describe);
      groups.add(groupId);
      if (groupId !== name) this.#join(name, groupId);
    }
    for (const groupId of groups) {
      const names = this.#namesOf(groupId);
      this.#keep(groupId, judgeGroup(groupId, names, this.#source, this.#nowMs));
    }
    this.#show([...this.#cardsByGroup.values()].sort(compareVerdicts));
    this.#isBuilt = true;
  }

  #update(): void {
    const groups = new Set<string>();
    for (const id of this.#changed) {
      for (const name of this.#touchedBy(id)) {
        groups.add(this.#groupsByMember.get(name) ?? name).add(this.#place(name));
      }
    }
    this.#changed.clear();
    for (const [groupId, atMs] of this.#changesAtByGroup) {
      if (atMs <= this.#nowMs) groups.add(groupId);
    }
    const cards = [...this.#cards];
    const isPlaced = groups.size <= PLACED_MAX;
    let isSame = true;
    for (const groupId of groups) {
      const before = this.#cardsByGroup.get(groupId);
      const card = this.#keep(groupId, this.#judge(groupId));
      if (before === undefined && card === undefined) continue;
      isSame = false;
      if (isPlaced && before !== undefined) cards.splice(placeIn(cards, before), 1);
      if (isPlaced && card !== undefined) cards.splice(placeIn(cards, card), 0, card);
    }
    if (isSame) this.#show(this.#cards);
    else this.#show(isPlaced ? cards : [...this.#cardsByGroup.values()].sort(compareVerdicts));
  }

  /** Whatever may be in another group now. */
  *#touchedBy(id: string): Iterable<string> {
    const { describe } = this.#source;
    const contentId = describe.canonical(id);
    for (const part of [id, contentId, ...describe.episodesOf(contentId)]) {
      yield* this.#namesOf(part);
      yield* this.#namesOf(describe.canonical(part));
    }
  }

  #show(cards: readonly Card[]): void {
    this.#cards = cards;
    this.#changesAtMs = Infinity;
    for (const atMs of this.#changesAtByGroup.values()) {
      if (atMs < this.#changesAtMs) this.#changesAtMs = atMs;
    }
  }

  /** @returns the group that it is in now. */
  #place(name: string): string {
    const { state, describe } = this.#source;
    const before = this.#groupsByMember.get(name);
    const groupId = groupOf(name, describe);
    const after = groupId !== name && isWritten(name, state) ? groupId : undefined;
    if (before !== undefined && before !== after) {
      this.#membersByGroup.get(before)?.delete(name);
      this.#groupsByMember.delete(name);
    }
    if (after !== undefined && before !== after) this.#join(name, after);
    return groupId;
  }

  #join(name: string, groupId: string): void {
    const members = this.#membersByGroup.get(groupId);
    if (members === undefined) this.#membersByGroup.set(groupId, new Set([name]));
    else members.add(name);
    this.#groupsByMember.set(name, groupId);
  }

  #namesOf(groupId: string): string[] {
    const members = this.#membersByGroup.get(groupId);
    return members === undefined ? [groupId] : [groupId, ...members];
  }

  /** Undefined for what is in another group now, too. */
  #judge(groupId: string): Verdict | undefined {
    if (groupOf(groupId, this.#source.describe) !== groupId) return undefined;
    return judgeGroup(groupId, this.#namesOf(groupId), this.#source, this.#nowMs);
  }

  #keep(groupId: string, verdict: Verdict | undefined): Card | undefined {
    const { changesAtMs = Infinity } = verdict ?? {};
    if (changesAtMs === Infinity) this.#changesAtByGroup.delete(groupId);
    else this.#changesAtByGroup.set(groupId, changesAtMs);
    if (verdict === undefined || !isCard(verdict)) {
      this.#cardsByGroup.delete(groupId);
      return undefined;
    }
    this.#cardsByGroup.set(groupId, verdict);
    return verdict;
  }
}

/** Whether anything was written under this name: what was not need not be kept. */
function isWritten(name: string, state: ViewerState): boolean {
  return (
    state.progress(name) !== undefined ||
    state.register('watched', name) !== undefined ||
    state.register('dismissed', name) !== undefined ||
    state.register('rewatch', name) !== undefined
  );
}

/** Where a card is, or belongs. */
function placeIn(cards: readonly Card[], card: Card): number {
  let low = 0;
  let high = cards.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = cards[middle];
    if (other !== undefined && compareVerdicts(other, card) < 0) low = middle + 1;
    else high = middle;
  }
  return low;
}
