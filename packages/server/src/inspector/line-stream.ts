import { Readable } from 'node:stream';

/**
 * Lines from who writes them whenever to a reader who may be slow: bounded, in order.
 *
 * Past the bound the newest are dropped, and the reader is told how many where they are missing.
 */
export class LineStream extends Readable {
  readonly #lengthMax: number;
  readonly #toDroppedLine: (count: number) => string;
  #lines: string[] = [];
  #length = 0;
  #dropped = 0;
  #isWanted = false;
  #hasFinished = false;

  /** @param lengthMax of what waits here, in UTF-16 code units. */
  constructor(lengthMax: number, toDroppedLine: (count: number) => string) {
    super({ encoding: 'utf8' });
    this.#lengthMax = lengthMax;
    this.#toDroppedLine = toDroppedLine;
  }

  /** What waits here, beside what the stream itself buffers. */
  get heldLength(): number {
    return this.#length;
  }

  add(line: string): void {
    if (this.#hasFinished || this.destroyed) return;
    if (this.#length + line.length > this.#lengthMax) {
      this.countDropped();
      return;
    }
    this.#length += line.length;
    this.#lines.push(line);
    this.#pass();
  }

  /** A line that somebody else had no room for. */
  countDropped(): void {
    this.#dropped += 1;
    this.#pass();
  }

  /** What was added before is still read. */
  finish(): void {
    this.#hasFinished = true;
    this.#pass();
  }

  override _read(): void {
    this.#isWanted = true;
    this.#pass();
  }

  #pass(): void {
    if (!this.#isWanted || this.destroyed) return;
    const lines = this.#lines;
    if (this.#dropped > 0) lines.push(this.#toDroppedLine(this.#dropped));
    this.#lines = [];
    this.#length = 0;
    this.#dropped = 0;
    if (lines.length > 0) {
      this.#isWanted = false;
      this.push(`${lines.join('\n')}\n`);
    } else if (this.#hasFinished) {
      this.#isWanted = false;
      this.push(null);
    }
  }
}
