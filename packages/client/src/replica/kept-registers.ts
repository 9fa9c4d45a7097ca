import { compareTimestamps, LOGICAL_MAX, type Timestamp } from '@cuepoint/core';
import { keyOf, partOf, within, type RegisterOp } from './op-key.ts';

/** Numbers a row: the ms of its timestamp and of its claim, and both counters. */
const TIMES = 3;
const COUNTS = LOGICAL_MAX + 1;

type Mutable<Kept> = Kept extends unknown ? { -readonly [Key in keyof Kept]: Kept[Key] } : never;

/**
 * The fields of a write but for its times. As instances of a class they are in the object itself, where what `...rest` gives has
 * half of them in a second one.
 */
// oxlint-disable-next-line typescript/no-extraneous-class -- for the form that engines give its instances
class Rest {
  constructor(fields: object) {
    Object.assign(this, fields);
  }
}

/**
 * The writes that count, by part and key, in a third less memory than as ops: a device holds thousands, and reads few.
 *
 * Times are numbers in one array, and texts that are the same are one.
 */
export class KeptRegisters {
  readonly #rowsByPart = new Map<string, Map<string, number>>();
  readonly #rests: object[] = [];
  readonly #times: number[] = [];
  /** Devices, kinds and parts: a few, and each message brings them anew. */
  readonly #texts = new Map<string, string>();

  get size(): number {
    return this.#rests.length;
  }

  keysOf(part: string): Iterable<string> {
    return this.#rowsByPart.get(part)?.keys() ?? [];
  }

  get(part: string, key: string): RegisterOp | undefined {
    const row = this.#rowsByPart.get(part)?.get(key);
    return row === undefined ? undefined : this.#at(row);
  }

  put({
    timestamp,
    claim = timestamp,
    ...rest
  }: RegisterOp & { readonly claim?: Timestamp }): void {
    // A copy of its own.
    const op = rest as Mutable<RegisterOp>;
    const [part, told] = [partOf(op), keyOf(op)];
    let key = told;
    // What is said of one content in several parts holds its id once.
    for (const rows of this.#rowsByPart.values()) {
      const row = rows.get(told);
      if (row !== undefined) key = keyOf(this.#rests[row] as RegisterOp);
    }
    const rows = within(this.#rowsByPart, part, Map<string, number>);
    const row = rows.get(key) ?? this.size;
    rows.set(key, row);
    op.kind = this.sameText(op.kind);
    op.deviceId = this.sameText(op.deviceId);
    if (op.kind === 'register.set') {
      op.register = this.sameText(part);
      op.key = key;
    } else op.contentId = key;
    this.#rests[row] = new Rest(op);
    const at = row * TIMES;
    this.#times[at] = timestamp.physical;
    this.#times[at + 1] = claim.physical;
    this.#times[at + 2] = timestamp.logical * COUNTS + claim.logical;
  }

  ops(): RegisterOp[] {
    return this.#rests.map((_, row) => this.#at(row));
  }

  /** The first text that was the same. */
  sameText<Text extends string>(text: Text): Text {
    const same = this.#texts.get(text);
    if (same === undefined) this.#texts.set(text, text);
    return (same as Text | undefined) ?? text;
  }

  #at(row: number): RegisterOp {
    const time = (at: number): number => this.#times[row * TIMES + at] ?? 0;
    const timestamp = { physical: time(0), logical: Math.floor(time(2) / COUNTS) };
    const claim = { physical: time(1), logical: time(2) % COUNTS };
    const isAct = compareTimestamps(timestamp, claim) === 0;
    return { ...this.#rests[row], timestamp, ...(!isAct && { claim }) } as RegisterOp;
  }
}
