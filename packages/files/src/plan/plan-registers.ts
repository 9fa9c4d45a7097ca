import { compareTimestamps, factsOfWork, type JsonValue, type Timestamp } from '@cuepoint/core';
import type { ImportRecord, When, Work } from '../record.ts';
import { claimOfWhen, dateOf } from './claims.ts';
import { currentId, watchlistTag } from './play-ids.ts';
import type { Known, KnownRegister, Outcome, PlannedOp } from './planned.ts';

const RATING_MAX = 10;

interface Wanted {
  readonly kind: string;
  readonly key: string;
  readonly value: JsonValue;
  readonly claim: Timestamp;
}

/** Registers that an import sets: of each the greatest claim, and only past what is there. */
export class RegisterPlan {
  readonly #known: Known;
  readonly #wanted = new Map<string, Wanted>();
  readonly #listed = new Map<string, When>();
  readonly #positions = new Map<string, { readonly percent: number; readonly when: When }>();

  constructor(known: Known) {
    this.#known = known;
  }

  #want(wanted: Wanted): Outcome {
    const { kind, key, claim } = wanted;
    const there = this.#known.register(kind, key);
    if (there !== undefined && isNewer(there, claim)) return 'already_there';
    const name = `${kind}\n${key}`;
    const other = this.#wanted.get(name);
    if (other !== undefined && compareTimestamps(other.claim, claim) >= 0) return 'already_there';
    this.#wanted.set(name, wanted);
    return there === undefined || there.value === null ? 'added' : 'changed';
  }

  watched(contentId: string, when: When): Outcome {
    const value = { at: dateOf(when) ?? null };
    // Of an instant at midnight and its day the instant says more.
    const claim = claimOfWhen(when, when.precision === 'instant' ? 1 : 0);
    return this.#want({ kind: 'watched', key: contentId, value, claim });
  }

  /** @returns undefined for what is no register. */
  take(contentId: string, groupId: string, says: ImportRecord['says']): Outcome | undefined {
    switch (says.kind) {
      case 'watched':
        return this.watched(contentId, says.when);
      case 'rating': {
        const tenths = Math.round((says.value / says.outOf) * RATING_MAX);
        const value = Math.min(Math.max(tenths, 1), RATING_MAX);
        // Of two ratings of one moment the higher counts, whichever file comes first.
        const claim = claimOfWhen(says.when, value);
        return this.#want({ kind: 'rating', key: contentId, value, claim });
      }
      case 'favorite':
        return this.#flag('favorite', contentId, says.when);
      case 'dismissed':
        return this.#flag('dismissed', groupId, says.when);
      case 'watchlist':
        return this.#list(contentId, says.when);
      case 'progress':
        return this.#place(contentId, says);
      case 'play':
      case 'count':
      case 'session':
        return undefined;
    }
  }

  #flag(kind: 'favorite' | 'dismissed', key: string, when: When): Outcome {
    return this.#want({ kind, key, value: true, claim: claimOfWhen(when) });
  }

  #list(contentId: string, when: When): Outcome {
    const isThere = this.#known.isListed(contentId) || this.#listed.has(contentId);
    if (!isThere) this.#listed.set(contentId, when);
    return isThere ? 'already_there' : 'added';
  }

  /** Percent of a length that only a content that is known here has. */
  #place(
    contentId: string,
    { percent, when }: { readonly percent: number; readonly when: When },
  ): Outcome {
    if ((this.#known.library.facts(contentId)?.durationSeconds ?? 0) <= 0) return 'not_kept';
    const there = this.#known.progress(contentId);
    const other = this.#positions.get(contentId);
    const claim = claimOfWhen(when);
    const isOld = (since: Timestamp | undefined) =>
      since !== undefined && compareTimestamps(since, claim) >= 0;
    if (isOld(there?.claim) || isOld(other && claimOfWhen(other.when))) return 'already_there';
    this.#positions.set(contentId, { percent, when });
    return there === undefined ? 'added' : 'changed';
  }

  /** What is known of a content that nothing was known of. */
  describe(contentId: string, work: Work, seriesId: string | undefined): void {
    if (this.#known.library.facts(contentId) !== undefined) return;
    const facts = factsOfWork(work, seriesId);
    if (facts === undefined) return;
    const claim = claimOfWhen({ precision: 'unknown' });
    this.#want({ kind: 'content', key: contentId, value: facts, claim });
  }

  /** Contents first, so that whoever hears of the rest can name it; the watchlist in the order of its dates. */
  ops(): PlannedOp[] {
    const registers = [...this.#wanted.values()].map(({ kind, key, value, claim }): PlannedOp => ({
      kind: 'register.set',
      register: kind,
      key,
      value,
      claim,
    }));
    const isContent = (op: PlannedOp) => op.kind === 'register.set' && op.register === 'content';
    const listed = [...this.#listed].toSorted(([, a], [, b]) =>
      (dateOf(a) ?? '') < (dateOf(b) ?? '') ? -1 : 1,
    );
    return [
      ...registers.filter(isContent),
      ...registers.filter((op) => !isContent(op)),
      ...listed.map(([contentId]): PlannedOp => ({
        kind: 'watchlist.add',
        contentId,
        tag: currentId(watchlistTag(contentId), this.#known.isUndone),
      })),
      ...[...this.#positions].map(([contentId, at]) => this.#positionOp(contentId, at)),
    ];
  }

  #positionOp(
    contentId: string,
    { percent, when }: { readonly percent: number; readonly when: When },
  ): PlannedOp {
    const durationSeconds = this.#known.library.facts(contentId)?.durationSeconds ?? 0;
    return {
      kind: 'progress.set',
      contentId,
      positionSeconds: Math.floor((durationSeconds * percent) / 100),
      durationSeconds,
      state: 'paused',
      claim: claimOfWhen(when),
    };
  }
}

function isNewer({ claim, isUndone }: KnownRegister, than: Timestamp): boolean {
  const order = compareTimestamps(claim, than);
  return isUndone === true ? order > 0 : order >= 0;
}
