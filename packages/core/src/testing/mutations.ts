import * as fc from 'fast-check';

/** Values that break readers which trust what they read. */
const HOSTILE_NUMBERS = [-1, -0, 0.5, 101, 2 ** 31, 2 ** 53, 1e308, Number.MIN_VALUE];
const HOSTILE_TEXTS = ['', '.', '..', '\u0000', '\u{D800}', '\u{DFFF}x', '🎬'.repeat(256)];
const HOSTILE_LISTS = [[], [[]], Array<number>(600).fill(0), Array<string>(70).fill('x')];
const HOSTILE_NAMES = ['__proto__', 'constructor', 'toString', 'type', 'kind', 'action', ''];
/** Right in one place, wrong in another. */
const WORDS = ['playing', 'play', 'handoff', 'watchlist.add', 'progress.clear', 'hello', 'applied'];

/** What is done to one place of a value, and where: by numbers that any value has a place for. */
interface Change {
  readonly path: readonly number[];
  readonly how: 'replace' | 'drop' | 'add' | 'repeat' | 'rename';
  readonly value: unknown;
  readonly name: string;
}

const arbitraryChange: fc.Arbitrary<Change> = fc.record({
  path: fc.array(fc.nat(12), { maxLength: 4 }),
  how: fc.constantFrom('replace', 'drop', 'add', 'repeat', 'rename'),
  value: fc.oneof(
    fc.constantFrom<unknown[]>(null, true, {}, ...HOSTILE_NUMBERS, ...HOSTILE_LISTS),
    fc.constantFrom(...HOSTILE_TEXTS, ...HOSTILE_NAMES, ...WORDS, 'x'.repeat(10_000)),
    fc.jsonValue(),
  ),
  name: fc.oneof(fc.constantFrom(...HOSTILE_NAMES), fc.string({ unit: 'binary', maxLength: 4 })),
});

/** JSON values that are one to three changes away from `valid`, rarely none. */
export function arbitraryMutation(valid: unknown): fc.Arbitrary<unknown> {
  return fc
    .array(arbitraryChange, { minLength: 1, maxLength: 3 })
    .map((changes) => changes.reduce(change, JSON.parse(JSON.stringify(valid)) as unknown));
}

function change(value: unknown, { path, ...step }: Change): unknown {
  const [index, ...rest] = path;
  if (typeof value !== 'object' || value === null || index === undefined) {
    return step.how === 'replace' ? step.value : value;
  }
  const entries = Object.entries(value);
  const at = entries.length === 0 ? 0 : index % entries.length;
  const found = entries[at];
  if (rest.length > 0 && found !== undefined) {
    entries[at] = [found[0], change(found[1], { path: rest, ...step })];
  } else {
    changeEntries(entries, at, step);
  }
  return Array.isArray(value) ? entries.map(([, item]) => item) : Object.fromEntries(entries);
}

function changeEntries(
  entries: [string, unknown][],
  at: number,
  { how, value, name }: Omit<Change, 'path'>,
): void {
  const found = entries[at];
  if (how === 'add' || found === undefined) entries.push([name, value]);
  else if (how === 'replace') entries[at] = [found[0], value];
  else if (how === 'rename') entries[at] = [name, found[1]];
  else if (how === 'drop') entries.splice(at, 1);
  else entries.push(...Array<[string, unknown]>(600).fill(found));
}
