import type { Chance } from '../sim/chance.ts';

/** Values that break readers which trust what they read. */
const VALUES: readonly unknown[] = [
  null,
  true,
  {},
  [],
  [[]],
  '',
  '.',
  '..',
  '\u0000',
  '\u{D800}',
  '\u{DFFF}x',
  '%00',
  '%ff',
  -1,
  -0,
  0.5,
  101,
  2 ** 31,
  2 ** 53,
  1e308,
  Number.MIN_VALUE,
  -(2 ** 63),
  "'; drop table user_progress; --",
  '{{7*7}}',
  '<script>',
  '../../etc/passwd',
  '${jndi:x}',
  '🎬'.repeat(256),
  'x'.repeat(256),
  'x'.repeat(10_000),
  '\u202E',
  'İ',
  'ß'.repeat(255),
  Array<number>(600).fill(0),
  Array<string>(70).fill('x'),
  { toString: 1, valueOf: 2 },
  'ffffffffffff-ffff',
  '000000000000-0000',
  'NaN',
  'null',
  '-0',
  '1e999',
  '0x10',
];
const NAMES = ['__proto__', 'constructor', 'prototype', 'toString', 'type', 'kind', 'admin', ''];
/** What JSON has no word for, or no end. */
const TOKENS = [
  'NaN',
  'Infinity',
  '-',
  '1e999',
  '01',
  "'x'",
  'undefined',
  '"\\ud800"',
  '"\\u0000"',
];
const DEPTHS = [10, 17, 33, 200, 5_000];
const LENGTHS = [1_000, 70_000, 1_100_000];

/** A JSON value with one to three places changed. */
export function spoil(value: unknown, chance: Chance): unknown {
  let spoiled = value;
  for (let count = 1 + chance.below(3); count > 0; count -= 1) spoiled = changed(spoiled, chance);
  return spoiled;
}

function changed(value: unknown, chance: Chance): unknown {
  if (typeof value !== 'object' || value === null) return chance.pick(VALUES);
  const entries = Object.entries(value);
  const at = entries.length === 0 ? 0 : chance.below(entries.length);
  const found = entries[at];
  if (found !== undefined && typeof found[1] === 'object' && chance.isLucky(0.7)) {
    entries[at] = [found[0], changed(found[1], chance)];
  } else {
    const draw = chance.random();
    if (found === undefined || draw < 0.25) {
      entries.push([chance.pick(NAMES), chance.pick(VALUES)]);
    } else if (draw < 0.45) entries.splice(at, 1);
    else if (draw < 0.55) entries[at] = [chance.pick(NAMES), found[1]];
    else entries[at] = [found[0], chance.pick(VALUES)];
  }
  return Array.isArray(value) ? entries.map(([, item]) => item) : fromEntries(entries);
}

/** `__proto__` stays a name, as it does in a text. */
function fromEntries(entries: readonly (readonly [string, unknown])[]): object {
  const object = {};
  for (const [name, value] of entries) {
    Object.defineProperty(object, name, { value, enumerable: true, configurable: true });
  }
  return object;
}

/** The text of a JSON value, with something wrong that no value can express. */
export function spoilText(json: string, chance: Chance): Buffer {
  const at = chance.below(json.length + 1);
  switch (chance.below(9)) {
    case 0:
      return Buffer.from(json.slice(0, at));
    case 1:
      return Buffer.from(json.replace(/"[^"]*"|\d+/, () => chance.pick(TOKENS)));
    case 2: {
      const depth = chance.pick(DEPTHS);
      const [open, close] = chance.pick([
        ['[', ']'],
        ['{"a":', '}'],
      ] as const);
      return Buffer.from(`${open.repeat(depth)}1${close.repeat(depth)}`);
    }
    case 3:
      return Buffer.concat([
        Buffer.from(json.slice(0, at)),
        Buffer.from([0xc0, 0x80, 0xff, 0xed, 0xa0, 0x80].slice(0, 1 + chance.below(6))),
        Buffer.from(json.slice(at)),
      ]);
    case 4:
      // The same name twice.
      return Buffer.from(json.replace('{', () => `{"deviceId":"a","contentId":1,"type":"x",`));
    case 5:
      return Buffer.from(`${json}${chance.pick([',', '{}', ' x', '\0', json])}`);
    case 6:
      return Buffer.from(`\ufeff${json}`, chance.isLucky(0.5) ? 'utf8' : 'utf16le');
    case 7: {
      // Long ones are rare: one costs as much as a thousand others.
      const length = chance.isLucky(0.02) ? chance.pick(LENGTHS) : 2_000;
      return Buffer.from(json.replace(/"(?=[,}\]])/, () => `${'y'.repeat(length)}"`));
    }
    default: {
      const bytes = Buffer.from(json);
      if (bytes.length > 0) bytes[chance.below(bytes.length)] = chance.below(256);
      return bytes;
    }
  }
}
