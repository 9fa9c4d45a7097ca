import type { OutboxEntry } from './outbox-entry.ts';

const PADDING = '0'.repeat(12);
/** A sequence keeps to them whatever the wall clock says. */
const BY_CLOCK_MAX = 9e11;

/** Ids that sort as changes were made, and end with the run that made them: another may have counted as far. */
export class EntryIds {
  readonly writerId: string;
  #last = 0;

  constructor(writerId: string) {
    this.writerId = writerId;
  }

  /** By the clock where it can: what was written under nobody sorts behind what its user wrote before. */
  next(nowMs: number): string {
    this.#last = Math.max(this.#last + 1, Math.min(Math.floor(nowMs / 10), BY_CLOCK_MAX));
    return `${(PADDING + this.#last).slice(-PADDING.length)}.${this.writerId}`;
  }

  /** Later ones sort behind it. */
  passed({ id }: OutboxEntry): void {
    this.#last = Math.max(this.#last, Number.parseInt(id, 10));
  }

  /** In another outbox. */
  restart(): void {
    this.#last = 0;
  }
}
