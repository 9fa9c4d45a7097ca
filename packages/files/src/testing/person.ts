import {
  claimOf,
  compareStamps,
  joinPlays,
  playsOfOp,
  mergePlays,
  stampOf,
  type AliasLink,
  type ContentFacts,
  type JsonValue,
  type KnownContent,
  type Op,
  type Play,
  type PlayEntry,
  type Stamp,
} from '@cuepoint/core';
import { createLibrary } from '../plan/library.ts';
import { againId } from '../plan/play-ids.ts';
import { planImport, type PlanOptions } from '../plan/plan-import.ts';
import type { Known, Plan } from '../plan/planned.ts';
import { stampOps } from '../plan/stamp-ops.ts';
import type { Reading } from '../reading.ts';
import type { ImportRecord } from '../record.ts';

const IMPORT_DEVICE = 'import';
/** Far after every date in a test. */
const NOW_MS = Date.parse('2100-01-01T00:00:00Z');

/** What one person has, by the merges of the core: imports are planned against it and applied to it. */
export class Person {
  readonly #contents: readonly KnownContent[];
  readonly #links: readonly AliasLink[];
  readonly #plays = new Map<string, PlayEntry>();
  readonly #registers = new Map<
    string,
    { readonly value: JsonValue | null; readonly stamp: Stamp }
  >();
  readonly #positions = new Map<string, Stamp>();
  readonly #removedTags = new Set<string>();
  readonly #tags = new Map<string, string>();
  #ticks = 0;

  constructor(contents: readonly KnownContent[] = [], links: readonly AliasLink[] = []) {
    this.#contents = contents;
    this.#links = links;
  }

  async known(): Promise<Known> {
    const said = [...this.#registers].flatMap(([name, { value }]): KnownContent[] => {
      const [kind, contentId = ''] = name.split('\n');
      return kind === 'content' ? [{ contentId, facts: value as unknown as ContentFacts }] : [];
    });
    return {
      library: await createLibrary([...said, ...this.#contents], this.#links),
      plays: (contentId) => this.plays().filter((play) => play.contentId === contentId),
      wasTold: (playId) => this.#plays.has(playId),
      hidden: (contentId) =>
        [...this.#plays.values()].flatMap(({ tag, contentId: of, watchedAt, source, removed }) =>
          removed?.deviceId === IMPORT_DEVICE && of === contentId && !this.#plays.has(againId(tag))
            ? [{ playId: tag, contentId, watchedAt, source }]
            : [],
        ),
      isUndone: (id) =>
        this.#plays.get(id)?.removed?.deviceId === IMPORT_DEVICE && this.#plays.has(againId(id)),
      register: (kind, key) => {
        const there = this.#registers.get(`${kind}\n${key}`);
        return there && { value: there.value, claim: claimOf(there.stamp) };
      },
      progress: (contentId) => {
        const stamp = this.#positions.get(contentId);
        return stamp && { claim: claimOf(stamp) };
      },
      isListed: (contentId) => this.listed().includes(contentId),
    };
  }

  async import(readings: readonly Reading[], options: PlanOptions): Promise<Plan> {
    const plan = await planImport(readings, await this.known(), options);
    this.write(plan.ops, IMPORT_DEVICE);
    return plan;
  }

  async take(records: readonly ImportRecord[], options: PlanOptions): Promise<Plan> {
    return this.import(
      records.map((record, index) => ({
        kind: 'line',
        file: 'file',
        line: index + 1,
        fate: 'taken',
        records: [record],
      })),
      options,
    );
  }

  write(ops: Plan['ops'], deviceId = 'tv'): void {
    const tick = () => ({ physical: NOW_MS + (this.#ticks += 1), logical: 0 });
    for (const op of stampOps(ops, { deviceId, tick })) this.#apply(op);
  }

  #apply(op: Op): void {
    switch (op.kind) {
      case 'play.add':
      case 'play.remove':
        for (const entry of playsOfOp(op)) {
          const there = this.#plays.get(entry.tag);
          this.#plays.set(entry.tag, there === undefined ? entry : mergePlays(there, entry));
        }
        break;
      case 'register.set': {
        const name = `${op.register}\n${op.key}`;
        const there = this.#registers.get(name);
        const stamp = stampOf(op);
        if (there === undefined || compareStamps(there.stamp, stamp) < 0) {
          this.#registers.set(name, { value: op.value, stamp });
        }
        break;
      }
      case 'watchlist.add':
        this.#tags.set(op.tag, op.contentId);
        break;
      case 'watchlist.remove':
        for (const tag of op.tags) this.#removedTags.add(tag);
        break;
      case 'progress.set':
      case 'progress.clear':
        this.#positions.set(op.contentId, stampOf(op));
        break;
    }
  }

  plays(): Play[] {
    return [...this.#plays.values()].flatMap(({ tag, contentId, watchedAt, source, removed }) =>
      removed === null ? [{ playId: tag, contentId, watchedAt, source }] : [],
    );
  }

  viewings(contentId: string): string[] {
    const plays = this.plays().filter((play) => play.contentId === contentId);
    return joinPlays(plays).map(({ watchedAt }) => watchedAt ?? 'unknown');
  }

  listed(): string[] {
    return [...this.#tags].flatMap(([tag, contentId]) =>
      this.#removedTags.has(tag) ? [] : [contentId],
    );
  }

  unlist(contentId: string): void {
    const tags = [...this.#tags].flatMap(([tag, id]) => (id === contentId ? [tag] : []));
    this.write([{ kind: 'watchlist.remove', contentId, tags }]);
  }

  value(kind: string, key: string): JsonValue | null | undefined {
    return this.#registers.get(`${kind}\n${key}`)?.value;
  }

  /** Everything that a person sees, in an order of its own. */
  seen(): unknown {
    return {
      // By what they say: one that gave way and came back has the next id.
      plays: this.plays()
        .map(({ playId: _id, ...play }) => JSON.stringify(play))
        .toSorted(),
      registers: [...this.#registers]
        .map(([name, { value }]) => `${name} ${JSON.stringify(value)}`)
        .toSorted(),
      listed: this.listed().toSorted(),
    };
  }
}
