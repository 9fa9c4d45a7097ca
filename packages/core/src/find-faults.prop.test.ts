import * as fc from 'fast-check';
import type { TSchema } from 'typebox';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { findFaults } from './find-faults.ts';
import { OP_KINDS } from './op.ts';
import { DOWN_SCHEMAS, UP_SCHEMAS } from './protocol/messages.ts';
import { toCuepointError } from './schema-fault.ts';
import { DOWN_ARBITRARIES, UP_ARBITRARIES } from './testing/message-arbitraries.ts';
import { arbitraryMutation } from './testing/mutations.ts';
import { arbitraryOp } from './testing/op-arbitraries.ts';
import { countReads } from './testing/read-counter.ts';
import { schemasIn } from './testing/schemas-in.ts';
import { opToWire } from './wire-conversion.ts';
import { WireOpSchema, wireOpSchemaOf } from './wire-op.ts';

interface Case {
  readonly name: string;
  readonly schema: TSchema;
  readonly valid: fc.Arbitrary<unknown>;
}

const cases: Case[] = [
  ...Object.entries(UP_ARBITRARIES).map(([type, valid]) => ({
    name: `${type} from a client`,
    schema: UP_SCHEMAS[type as keyof typeof UP_SCHEMAS],
    valid,
  })),
  ...Object.entries(DOWN_ARBITRARIES).map(([type, valid]) => ({
    name: `${type} from the service`,
    schema: DOWN_SCHEMAS[type as keyof typeof DOWN_SCHEMAS],
    valid,
  })),
  ...OP_KINDS.map((kind) => ({
    name: kind,
    schema: wireOpSchemaOf(kind) ?? WireOpSchema,
    valid: arbitraryOp().map(opToWire),
  })),
];

const KNOWN_KEYWORDS = new Set(
  `type const enum anyOf minLength maxLength pattern minimum maximum exclusiveMinimum
  minItems maxItems items properties required additionalProperties description`.split(/\s+/),
);

describe.each(cases)('the fault of a $name', ({ schema, valid }) => {
  test('[SEC3] is there exactly when the validator refuses the value', () => {
    const validator = Compile(schema);
    fc.assert(
      fc.property(valid.chain(arbitraryMutation), (value) => {
        const faults = findFaults(schema, value);
        expect(faults.length === 0).toBe(validator.Check(value));
        expect(faults.length).toBeLessThanOrEqual(1);
      }),
      { numRuns: 300 },
    );
  });

  test('has only keywords that the search knows', () => {
    const keywords = schemasIn(schema).flatMap((inside) => Object.keys(inside));
    expect(keywords.filter((keyword) => !KNOWN_KEYWORDS.has(keyword))).toEqual([]);
  });
});

describe('the search for a fault', () => {
  const add = {
    kind: 'watchlist.add',
    contentId: 'film',
    tag: '00000000-0000-4000-8000-00000000000a',
    timestamp: '019b76daa800-0000',
  };
  const seek = { action: 'seek', positionSeconds: 1 };
  const command = { type: 'command', id: 'c', to: 'tv', command: seek };

  function faultOf(schema: TSchema, value: unknown): string {
    const { code, message } = toCuepointError(findFaults(schema, value), schema);
    return `${code}: ${message}`;
  }

  test.each<[string, TSchema, unknown, string]>([
    [
      'the value that is wrong before a field that is not known',
      WireOpSchema,
      { ...add, extra: 1, contentId: '.' },
      'invalid_content_id: contentId does not fit: Opaque id of a content: 1 to 255 code points, no control characters, not . or ..',
    ],
    [
      'the first field that is missing',
      WireOpSchema,
      { kind: 'watchlist.add', contentId: 'film' },
      'invalid_tag: tag is missing.',
    ],
    [
      'the kinds that there are',
      WireOpSchema,
      { ...add, kind: 'film' },
      `invalid_request: kind must be one of ${OP_KINDS.join(', ')}.`,
    ],
    ['a union without its word', WireOpSchema, {}, 'invalid_request: kind is missing.'],
    ['a union that is no object', WireOpSchema, 7, 'invalid_request: The body must be object.'],
    [
      'the field of the action that was meant',
      UP_SCHEMAS.command,
      { ...command, command: { ...seek, positionSeconds: -1 } },
      'invalid_seconds: command/positionSeconds must be >= 0.',
    ],
    [
      'a device by its place',
      UP_SCHEMAS.command,
      { ...command, to: 'my tv' },
      'invalid_device_id: to does not fit: Id of an installed app, unique in the user.',
    ],
    [
      'a bound that is not part of what it bounds',
      UP_SCHEMAS.hello.properties.device.properties.capabilities,
      { screenSizeInches: 0 },
      'invalid_request: screenSizeInches must be > 0.',
    ],
    [
      'what may stand beside null',
      UP_SCHEMAS.hello.properties.device.properties.deviceName,
      7,
      'invalid_request: The body must be string or null.',
    ],
    [
      'a device’s own words as a device’s',
      UP_SCHEMAS.hello.properties.device,
      { deviceId: 'tv', deviceType: 'TV', platform: '', appVersion: '1' },
      'invalid_device: platform does not fit: 1 to 50 code points; no control characters, none that turn or hide text.',
    ],
    [
      'an endless name by its beginning',
      UP_SCHEMAS.heartbeat,
      { type: 'heartbeat', ['🎬'.repeat(100_000)]: 1 },
      `invalid_request: ${'🎬'.repeat(64)}… is not a known field.`,
    ],
  ])('names %s', (_, schema, value, said) => {
    expect(faultOf(schema, value)).toBe(said);
  });

  test.each<[string, (size: number) => [TSchema, unknown]]>([
    [
      'a list past its bound',
      (size) => [UP_SCHEMAS.push, { type: 'push', id: 'p', ops: Array(size).fill(0) }],
    ],
    [
      'tags past their bound',
      (size) => [
        WireOpSchema,
        { ...add, kind: 'watchlist.remove', tags: Array(size).fill(add.tag) },
      ],
    ],
    [
      'formats that are none',
      (size) => [
        UP_SCHEMAS.hello.properties.device.properties.capabilities,
        { hdrFormats: Array(size).fill(0) },
      ],
    ],
  ])('[SEC3] reads of %s what its schema asks for, and no more', (_, hostile) => {
    const [small, large] = [2_000, 200_000].map((size) => {
      const [schema, value] = hostile(size);
      return countReads(value, (counted) => findFaults(schema, counted));
    });
    expect(large).toBe(small);
    expect(large).toBeLessThan(100);
  });

  test('[SEC3] lists the fields once and ends at the first that is not known, in a union too', () => {
    const count = 5_000;
    const fields = Object.fromEntries(
      Array.from({ length: count }, (_, index) => [`k${index}`, 0]),
    );
    const reads = countReads({ ...command, command: { ...seek, ...fields } }, (counted) =>
      findFaults(UP_SCHEMAS.command, counted),
    );
    expect(reads).toBeLessThan(count + 100);
  });
});
