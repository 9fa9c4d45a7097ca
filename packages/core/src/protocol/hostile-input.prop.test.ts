import * as fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { CuepointError, isCuepointError } from '../errors.ts';
import { OP_KINDS } from '../op.ts';
import { opKindOf, readOp } from '../read-op.ts';
import { arbitraryUpMessage } from '../testing/message-arbitraries.ts';
import { arbitraryMutation } from '../testing/mutations.ts';
import { arbitraryOp } from '../testing/op-arbitraries.ts';
import { compareTimestamps } from '../timestamp.ts';
import { opToWire } from '../wire-conversion.ts';
import type { UpMessage } from './messages.ts';
import { readUpMessage } from './read-up-message.ts';
import { PROTOCOL_VERSION } from './version.ts';

const HELLO_START =
  '{"type":"hello","protocol":2,"token":"t","device":{"deviceId":"tv","deviceType":"TV","platform":"p","appVersion":"1"';

/** Nothing that is said about a hostile message is itself large: field, text and limit together. */
const REFUSAL_LENGTH_MAX = 600;

/** The bounds in words of their own: a schema that lost one would agree with itself. */
function breaksBounds(message: UpMessage): string | undefined {
  const json = JSON.stringify(message);
  if (json.length > 1_048_576) return 'length';
  if (depthOf(message) > 16) return 'depth';
  if ('id' in message && !/^[\w.:-]{1,64}$/.test(message.id)) return 'id';
  if ('token' in message && codePointsOf(message.token) > 8_192) return 'token';
  switch (message.type) {
    case 'push':
      return message.ops.length > 500 ? 'ops' : undefined;
    case 'hello': {
      const { hdrFormats = [], audioCodecs = [] } = message.device.capabilities ?? {};
      if (hdrFormats.length > 64 || audioCodecs.length > 64) return 'formats';
      if ([...hdrFormats, ...audioCodecs].some((format) => codePointsOf(format) > 50))
        return 'format';
      if (!/^[\w.:-]{1,255}$/.test(message.device.deviceId)) return 'deviceId';
      if (!(message.protocol >= 1)) return 'protocol';
      return codePointsOf(message.cursor ?? '') > 16_384 ? 'cursor' : undefined;
    }
    case 'command':
      return /^[\w.:-]{1,255}$/.test(message.to) ? undefined : 'to';
    case 'commandResult':
      return codePointsOf(message.reason ?? '') > 100 ? 'reason' : undefined;
    case 'heartbeat':
    case 'renew':
      return undefined;
  }
}

function codePointsOf(text: string): number {
  return Array.from(text).length;
}

function depthOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0;
  return 1 + Math.max(0, ...Object.values(value).map(depthOf));
}

function refusalLength({ message, field = '', limit }: CuepointError): number {
  return message.length + field.length + JSON.stringify(limit ?? null).length;
}

/** Reads a text as the service does, ops included; `undefined` where all is within bounds. */
function faultOfReading(text: string): string | undefined {
  const message = readUpMessage(text);
  if (isCuepointError(message)) {
    return refusalLength(message) > REFUSAL_LENGTH_MAX ? 'refusal' : undefined;
  }
  for (const input of message.type === 'push' ? message.ops : []) {
    const fault = faultOfOp(input);
    if (fault !== undefined) return fault;
  }
  return breaksBounds(message);
}

function faultOfOp(input: unknown): string | undefined {
  const op = readOp(input, 'tv');
  if (isCuepointError(op)) {
    return refusalLength(op) > REFUSAL_LENGTH_MAX ? 'refusal of an op' : undefined;
  }
  if (op.deviceId !== 'tv') return 'device of an op';
  const named = op.contentId ?? (op.kind === 'register.set' ? op.key : '');
  const namedMax = op.kind === 'register.set' ? 511 : 255;
  if (codePointsOf(named) > namedMax || /\p{Cs}/u.test(named)) return 'content id';
  if (op.kind === 'watchlist.remove' && (op.tags.length > 1_000 || op.tags.length === 0)) {
    return 'tags';
  }
  if (op.kind === 'progress.set') {
    const numbers = [op.positionSeconds, op.durationSeconds];
    if (!numbers.every((seconds) => seconds >= 0 && seconds < 2 ** 31)) return 'seconds';
    if (op.claim !== undefined && compareTimestamps(op.claim, op.timestamp) >= 0) return 'claim';
  }
  return Object.keys(op).length > 8 ? 'fields of an op' : undefined;
}

/** Texts that a JSON parser reads in its own way, as the value of a field. */
const RAW_VALUES = [
  '1e999',
  '-1e999',
  '-0',
  'NaN',
  'Infinity',
  '01',
  '1.',
  '0x10',
  '9007199254740993',
  '1e-400',
  '"\\ud800"',
  '"\\udfff\\ud800"',
  '"\\u0000"',
  '"\\',
  '{"__proto__":null}',
  '{"a":1,"a":2}',
  '[1,]',
  'undefined',
  '\ufeff1',
  '\u2028',
  "'x'",
  '/**/1',
];

describe('what a client sends', () => {
  test('[SEC3] may be any text', () => {
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom(...'{ } [ ] " , : \\ 0 t r u e f a l s n'.split(' ')) }),
      fc.json(),
      fc.jsonValue().map((value) => JSON.stringify({ type: 'push', id: 'p', ops: [value] })),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(faultOfReading(text)).toBeUndefined();
      }),
      { numRuns: 500 },
    );
  });

  test('[SEC3] may be a message of which some places were changed', () => {
    fc.assert(
      fc.property(arbitraryUpMessage().chain(arbitraryMutation), (mutant) => {
        expect(faultOfReading(JSON.stringify(mutant))).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('[SEC3] may be cut anywhere, or have anything written into it', () => {
    const edits = fc.record({
      message: arbitraryUpMessage(),
      at: fc.nat(),
      removed: fc.nat(8),
      written: fc.oneof(fc.constantFrom('', ...RAW_VALUES), fc.string({ maxLength: 3 })),
      isCut: fc.boolean(),
    });
    fc.assert(
      fc.property(edits, ({ message, at, removed, written, isCut }) => {
        const json = JSON.stringify(message);
        const start = at % (json.length + 1);
        const rest = isCut ? '' : json.slice(start + removed);
        expect(faultOfReading(json.slice(0, start) + written + rest)).toBeUndefined();
      }),
      { numRuns: 2_000 },
    );
  });

  test('[SEC3] may have any text for any value, and a field more than once', () => {
    const fields = ['type', 'id', 'ops', 'to', 'command', 'token', 'protocol', 'outcome', 'cursor'];
    const pair = fc
      .tuple(fc.constantFrom(...fields, '__proto__'), fc.constantFrom(...RAW_VALUES))
      .map(([name, raw]) => `"${name}":${raw}`);
    const doubled = fc.record({ message: arbitraryUpMessage(), pair, isLast: fc.boolean() });
    fc.assert(
      fc.property(doubled, ({ message, pair: extra, isLast }) => {
        const inside = JSON.stringify(message).slice(1, -1);
        expect(faultOfReading(isLast ? `{${inside},${extra}}` : `{${extra},${inside}}`)).toBe(
          undefined,
        );
      }),
      { numRuns: 1_000 },
    );
  });

  test.each<[string, string, string]>([
    ['a number past all numbers', `{"type":"hello","protocol":1e999`, 'protocol'],
    [
      'an endless screen',
      `${HELLO_START},"capabilities":{"screenSizeInches":1e999}}}`,
      'device/capabilities/screenSizeInches',
    ],
    [
      'half of a pair',
      '{"type":"command","id":"c","to":"tv","command":{"action":"load","contentId":"\\ud83c"}}',
      'command/contentId',
    ],
    ['a prototype for a type', '{"type":"__proto__"}', 'type'],
    ['a constructor for a type', '{"type":"constructor"}', 'type'],
    ['a type that only the prototype has', '{"__proto__":{"type":"heartbeat"}}', 'type'],
    ['a prototype beside the fields', '{"type":"heartbeat","__proto__":{}}', '__proto__'],
    ['a prototype in place of a field', '{"type":"renew","__proto__":{"token":"t"}}', 'token'],
    ['an id of 65', `{"type":"push","id":"${'i'.repeat(65)}","ops":[]}`, 'id'],
    ['an id with a line break after it', '{"type":"push","id":"i\\n","ops":[]}', 'id'],
    ['the last of two ids', '{"type":"push","id":"good","ops":[],"id":""}', 'id'],
    ['a list for a message', '[{"type":"heartbeat"}]', 'type'],
  ])('[SEC3] is refused for %s', (_, text, field) => {
    const refusal = readUpMessage(
      text.startsWith('{"type":"hello","protocol":1e') ? `${text}}` : text,
    );
    expect(refusal).toMatchObject({ name: 'CuepointError', field });
  });

  test('-0 and the last of two equal fields are values like any other', () => {
    expect(
      readUpMessage(
        '{"type":"command","id":"c","to":"tv","command":{"action":"volume","level":-0}}',
      ),
    ).toMatchObject({ command: { level: -0 } });
    expect(readUpMessage('{"type":"push","type":"heartbeat"}')).toEqual({ type: 'heartbeat' });
  });

  test('a hello of a later version learns of the version, not of the fields that are new', () => {
    const device = { deviceId: 'tv', deviceType: 'TV', platform: 'p', appVersion: '1' };
    const hello = { type: 'hello', protocol: PROTOCOL_VERSION + 1, token: 't', device };
    // It may say no more than one of this version: then the session, which reads the version first, tells it.
    expect(readUpMessage(JSON.stringify(hello))).toEqual(hello);
    for (const later of [
      { ...hello, region: 'eu' },
      { type: 'hello', protocol: PROTOCOL_VERSION + 1 },
    ]) {
      expect(readUpMessage(JSON.stringify(later))).toMatchObject({
        code: 'protocol_unsupported',
        field: 'protocol',
      });
    }
  });

  test('[SEC3] a push of 501 ops is told the limit, one of 500 is taken', () => {
    const push = (ops: number) =>
      JSON.stringify({ type: 'push', id: 'p', ops: Array(ops).fill(0) });
    expect(readUpMessage(push(501))).toMatchObject({
      code: 'limit_exceeded',
      limit: { name: 'opsPerPush', value: 500 },
    });
    expect(readUpMessage(push(500))).toMatchObject({ type: 'push' });
  });
});

describe('what stands for an op', () => {
  test('[SEC3] may be anything at all', () => {
    const ops = arbitraryOp().map(opToWire);
    fc.assert(
      fc.property(
        fc.oneof(fc.jsonValue(), fc.anything(), ops.chain(arbitraryMutation)),
        (input) => {
          expect(faultOfOp(input)).toBeUndefined();
          expect([undefined, ...OP_KINDS]).toContain(opKindOf(input));
        },
      ),
      { numRuns: 2_000 },
    );
  });
});
