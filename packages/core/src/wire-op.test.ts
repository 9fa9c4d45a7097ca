import * as fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { Value } from 'typebox/value';
import { describe, expect, test } from 'vitest';
import { ERROR_CODES, type ErrorCode } from './errors.ts';
import { SECONDS_MAX } from './ids.ts';
import { OP_KINDS, TAGS_PER_REMOVE_MAX, type Op } from './op.ts';
import { arbitraryHistory, arbitraryOp } from './testing/op-arbitraries.ts';
import { refusalOf, untyped } from './testing/refusal.ts';
import { opToWire, wireToOp } from './wire-conversion.ts';
import { codeOfField, WireOpSchema, wireOpSchemaOf, type WireOp } from './wire-op.ts';

const compiled = Compile(WireOpSchema);
const TAG = '00000000-0000-4000-8000-00000000000a';
const TIMESTAMP = '019b76daa800-0000';
const ADD = { kind: 'watchlist.add', contentId: 'film', tag: TAG, timestamp: TIMESTAMP };
const REMOVE = { kind: 'watchlist.remove', contentId: 'film', tags: [TAG], timestamp: TIMESTAMP };
const SET = {
  kind: 'progress.set',
  contentId: 'film',
  positionSeconds: 1,
  durationSeconds: 2,
  state: 'playing',
  timestamp: TIMESTAMP,
};
const CLEAR = { kind: 'progress.clear', contentId: 'film', timestamp: TIMESTAMP };

function parse(json: string): WireOp {
  const value: unknown = JSON.parse(json);
  if (!compiled.Check(value)) throw new Error(`the schema refused ${json}`);
  return value;
}

describe('an op over the wire', () => {
  test('[HLC5] any op comes back as it was sent', () => {
    fc.assert(
      fc.property(arbitraryOp(), (op) => {
        expect(wireToOp(parse(JSON.stringify(opToWire(op))), op.deviceId)).toEqual(op);
      }),
    );
  });

  test('[HLC5] every op of a household’s history is one that the wire takes', () => {
    fc.assert(
      fc.property(arbitraryHistory({ withStampReuse: true }), (history) => {
        for (const op of history) {
          expect(wireToOp(parse(JSON.stringify(opToWire(op))), op.deviceId)).toEqual(op);
        }
      }),
    );
  });

  test('an op without a device becomes one of the device that pushes it', () => {
    expect(wireToOp(parse(JSON.stringify(CLEAR)), 'tv').deviceId).toBe('tv');
  });

  test('an op that names another device is refused', () => {
    const wire = parse(JSON.stringify({ ...CLEAR, deviceId: 'phone' }));
    expect(refusalOf(() => wireToOp(wire, 'tv'))).toEqual({
      code: 'device_mismatch',
      field: 'deviceId',
    });
  });

  test('[ORS1] a tag in upper case is the tag in lower case, and is named once in a remove', () => {
    const upper = TAG.toUpperCase();
    expect(wireToOp(parse(JSON.stringify({ ...ADD, tag: upper })), 'tv')).toMatchObject({
      tag: TAG,
    });
    const tags = [upper, TAG, upper];
    expect(wireToOp(parse(JSON.stringify({ ...REMOVE, tags })), 'tv')).toMatchObject({
      tags: [TAG],
    });
  });

  test('a timestamp that no schema looked at is refused', () => {
    const wire = untyped<WireOp>({ ...CLEAR, timestamp: 'yesterday' });
    expect(refusalOf(() => wireToOp(wire, 'tv'))?.code).toBe('invalid_timestamp');
  });

  test.each([
    ['after its timestamp', '019b76daa800-0001'],
    ['that no schema looked at', 'yesterday'],
  ])('[CLM2] a claim %s is refused', (_, claim) => {
    const wire = untyped<WireOp>({ ...SET, claim });
    expect(refusalOf(() => wireToOp(wire, 'tv'))).toEqual({
      code: 'invalid_claim',
      field: 'claim',
    });
  });

  test('[CLM2] a claim before its timestamp is kept, and one that equals it is an act like none', () => {
    const claimed = parse(JSON.stringify({ ...SET, claim: '019b76daa7ff-ffff' }));
    expect(wireToOp(claimed, 'tv')).toMatchObject({
      claim: { physical: 0x019b76daa7ff, logical: 0xffff },
    });
    const act = parse(JSON.stringify({ ...SET, claim: TIMESTAMP }));
    expect(wireToOp(act, 'tv')).toStrictEqual(wireToOp(parse(JSON.stringify(SET)), 'tv'));
  });

  test.each([ADD, REMOVE, CLEAR])('[CLM2] a claim of a $kind is refused', (wire) => {
    expect(compiled.Check({ ...wire, claim: TIMESTAMP })).toBe(false);
  });

  test('writing an op for the wire leaves the op as it was', () => {
    const op: Op = {
      kind: 'watchlist.remove',
      contentId: 'film',
      tags: [TAG],
      timestamp: { physical: 1, logical: 2 },
      deviceId: 'tv',
    };
    const wire = opToWire(op);
    expect(wire).toMatchObject({ timestamp: '000000000001-0002', deviceId: 'tv' });
    expect(op.timestamp).toEqual({ physical: 1, logical: 2 });
    expect('tags' in wire && wire.tags).toEqual([TAG]);
  });
});

describe('the schema', () => {
  test.each([ADD, REMOVE, SET, CLEAR])(
    'takes a plain $kind, with its device or without',
    (wire) => {
      expect(compiled.Check(wire)).toBe(true);
      expect(compiled.Check({ ...wire, deviceId: 'tv' })).toBe(true);
    },
  );

  test.each<[string, Record<string, unknown>, ErrorCode]>([
    ['an empty content id', { ...CLEAR, contentId: '' }, 'invalid_content_id'],
    ['a content id of one dot', { ...CLEAR, contentId: '.' }, 'invalid_content_id'],
    ['256 code points', { ...CLEAR, contentId: '🎬'.repeat(256) }, 'invalid_content_id'],
    ['a control character', { ...CLEAR, contentId: 'a\u0000' }, 'invalid_content_id'],
    ['a lone surrogate', { ...CLEAR, contentId: '\uD83C' }, 'invalid_content_id'],
    ['a content id that is a list', { ...CLEAR, contentId: ['film'] }, 'invalid_content_id'],
    ['a device id with a space', { ...CLEAR, deviceId: 'my tv' }, 'invalid_device_id'],
    ['a device id of 256', { ...CLEAR, deviceId: 'd'.repeat(256) }, 'invalid_device_id'],
    ['a device id of null', { ...CLEAR, deviceId: null }, 'invalid_device_id'],
    ['a tag that is no UUID', { ...ADD, tag: 'film' }, 'invalid_tag'],
    ['a tag in braces', { ...ADD, tag: `{${TAG}}` }, 'invalid_tag'],
    ['no tags', { ...REMOVE, tags: [] }, 'invalid_tag'],
    ['one bad tag among good ones', { ...REMOVE, tags: [TAG, ''] }, 'invalid_tag'],
    ['too many tags', { ...REMOVE, tags: Array(TAGS_PER_REMOVE_MAX + 1).fill(TAG) }, 'invalid_tag'],
    ['an upper-case timestamp', { ...CLEAR, timestamp: '019B76DAA800-0000' }, 'invalid_timestamp'],
    ['a claim that is a number', { ...SET, claim: 1 }, 'invalid_claim'],
    ['a claim in upper case', { ...SET, claim: '019B76DAA800-0000' }, 'invalid_claim'],
    ['a claim of null', { ...SET, claim: null }, 'invalid_claim'],
    ['a timestamp that is a number', { ...CLEAR, timestamp: 1 }, 'invalid_timestamp'],
    ['a negative position', { ...SET, positionSeconds: -1 }, 'invalid_seconds'],
    ['a fraction below zero', { ...SET, positionSeconds: -0.5 }, 'invalid_seconds'],
    ['a position past 32 bits', { ...SET, positionSeconds: SECONDS_MAX + 1 }, 'invalid_seconds'],
    ['a position as text', { ...SET, positionSeconds: '1' }, 'invalid_seconds'],
    ['a duration of null', { ...SET, durationSeconds: null }, 'invalid_seconds'],
    ['an unknown state', { ...SET, state: 'seeking' }, 'invalid_state'],
    ['a state out of the prototype', { ...SET, state: '__proto__' }, 'invalid_state'],
  ])('refuses %s, and the field gives the code', (_, wire, code) => {
    expect(compiled.Check(wire)).toBe(false);
    const schema = wireOpSchemaOf(wire['kind']);
    const [fault] = schema === undefined ? [] : Value.Errors(schema, wire);
    expect(codeOfField(fault?.instancePath.split('/')[1])).toBe(code);
  });

  test.each<[string, unknown]>([
    ['nothing', undefined],
    ['null', null],
    ['a list', [CLEAR]],
    ['an empty object', {}],
    ['an unknown kind', { ...CLEAR, kind: 'progress.delete' }],
    ['a kind out of the prototype', { ...CLEAR, kind: 'constructor' }],
    ['a field that is not its kind’s', { ...CLEAR, tag: TAG }],
    ['a field that nobody knows', { ...CLEAR, userId: 'x' }],
    ['a prototype as a field', JSON.parse(`{"__proto__": {}, ${JSON.stringify(CLEAR).slice(1)}`)],
    ['a missing tag', { ...ADD, tag: undefined }],
    ['a missing content id', { kind: 'progress.clear', timestamp: TIMESTAMP }],
  ])('refuses %s', (_, wire) => {
    expect(compiled.Check(wire)).toBe(false);
    expect(Value.Check(WireOpSchema, wire)).toBe(false);
  });

  test('is chosen by the kind, and by nothing that an object inherits', () => {
    for (const kind of OP_KINDS) expect(wireOpSchemaOf(kind)).toBeDefined();
    for (const kind of [
      'constructor',
      '__proto__',
      'toString',
      '',
      undefined,
      7,
      ['progress.set'],
    ]) {
      expect(wireOpSchemaOf(kind)).toBeUndefined();
    }
  });
});

test('a field that no schema knows is an invalid request, inherited names included', () => {
  for (const field of [undefined, '', 'kind', 'constructor', '__proto__', 'toString']) {
    expect(codeOfField(field)).toBe('invalid_request');
  }
  expect(ERROR_CODES).toContain(codeOfField('tags'));
});
