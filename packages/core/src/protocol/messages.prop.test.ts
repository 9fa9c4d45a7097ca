import * as fc from 'fast-check';
import { Compile } from 'typebox/compile';
import { describe, expect, test } from 'vitest';
import { isCuepointError } from '../errors.ts';
import { findFaults } from '../find-faults.ts';
import { readOp } from '../read-op.ts';
import { DOWN_ARBITRARIES, UP_ARBITRARIES } from '../testing/message-arbitraries.ts';
import { arbitraryOp } from '../testing/op-arbitraries.ts';
import { opToWire } from '../wire-conversion.ts';
import { DOWN_SCHEMAS, UP_SCHEMAS, type DownMessage, type UpMessage } from './messages.ts';
import { readUpMessage } from './read-up-message.ts';

type AnyArbitrary<Message> = [string, fc.Arbitrary<Message>];
const upCases: AnyArbitrary<UpMessage>[] = Object.entries(UP_ARBITRARIES);
const downCases: AnyArbitrary<DownMessage>[] = Object.entries(DOWN_ARBITRARIES);

test('messages of every type are tried', () => {
  expect(upCases.map(([type]) => type)).toEqual(Object.keys(UP_SCHEMAS));
  expect(downCases.map(([type]) => type)).toEqual(Object.keys(DOWN_SCHEMAS));
});

describe('from a client to the service', () => {
  test.each(upCases)('any %s comes back as it was sent', (_, arbitrary) => {
    fc.assert(
      fc.property(arbitrary, (message) => {
        expect(readUpMessage(JSON.stringify(message))).toEqual(message);
      }),
    );
  });

  test.each(upCases)(
    'a %s with one field more is refused, and the field is named',
    (_, arbitrary) => {
      fc.assert(
        fc.property(
          arbitrary,
          fc.constantFrom('extra', 'constructor', '__proto__'),
          (message, name) => {
            const json = `{"${name}":1,${JSON.stringify(message).slice(1)}`;
            expect(readUpMessage(json)).toMatchObject({ code: 'invalid_request', field: name });
          },
        ),
        { numRuns: 20 },
      );
    },
  );

  test.each(upCases)(
    'a %s that lacks a field is refused, and the field is named',
    (type, arbitrary) => {
      const { required } = UP_SCHEMAS[type as UpMessage['type']];
      fc.assert(
        fc.property(arbitrary, fc.constantFrom(...required), (message, name) => {
          const rest = Object.entries(message).filter(([field]) => field !== name);
          expect(readUpMessage(JSON.stringify(Object.fromEntries(rest)))).toMatchObject({
            field: name,
          });
        }),
        { numRuns: 20 },
      );
    },
  );

  test('any op of a push comes out of it as it was', () => {
    fc.assert(
      fc.property(fc.array(arbitraryOp(), { maxLength: 5 }), (ops) => {
        const message = readUpMessage(
          JSON.stringify({ type: 'push', id: 'p', ops: ops.map(opToWire) }),
        );
        if (isCuepointError(message) || message.type !== 'push') throw new Error('no push');
        const read = message.ops.map((op, index) => readOp(op, ops[index]?.deviceId ?? ''));
        expect(read).toEqual(ops);
      }),
    );
  });
});

describe('from the service to a client', () => {
  test.each(downCases)('any %s comes back as it was sent', (type, arbitrary) => {
    const schema = DOWN_SCHEMAS[type as DownMessage['type']];
    const validator = Compile(schema);
    fc.assert(
      fc.property(arbitrary, (message) => {
        const received: unknown = JSON.parse(JSON.stringify(message));
        expect(received).toEqual(message);
        expect(findFaults(schema, received)).toEqual([]);
        expect(validator.Check(received)).toBe(true);
      }),
    );
  });

  test.each(downCases)(
    'a %s with a field that is not known yet is taken all the same',
    (type, arbitrary) => {
      const validator = Compile(DOWN_SCHEMAS[type as DownMessage['type']]);
      fc.assert(
        fc.property(arbitrary, (message) => {
          expect(validator.Check({ ...message, addedLater: { any: ['thing'] } })).toBe(true);
        }),
        { numRuns: 20 },
      );
    },
  );
});
