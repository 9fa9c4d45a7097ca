import { randomUUID } from 'node:crypto';
import { isCuepointError } from '@cuepoint/core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { CURSOR_TEXT_MAX } from './cursor.ts';
import { PostgresSyncRepository } from './postgres-sync-repository.ts';
import type { ChangesRequest } from './sync-repository.ts';
import { COUNTED_POSTGRES, PGLITE, POSTGRES, type TestDatabase } from './testing/databases.ts';
import { addOp, setOp } from './testing/ops.ts';

const toText = (value: unknown) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Parts that look right to a regular expression and are no value of their type. */
const almostRight = fc.constantFrom(
  ['9:5:', '1', '00000001', randomUUID(), '1'],
  ['5:9:4', '1', '00000001', randomUUID(), '1'],
  ['5:9:8,6', '1', '00000001', randomUUID(), '1'],
  ['0:0:', '1', '00000001', randomUUID(), '1'],
  ['99999999999999999999:99999999999999999999:', '1', '00000001', randomUUID(), '1'],
  ['5:9:', '9999999999999999999', '00000001', randomUUID(), '1'],
  ['5:9:', '1', '00000001', 'g'.repeat(36), '1'],
  ['5:9:', '1', '00000001', randomUUID(), '9'.repeat(19)],
  ['5:9:', '1', '00000001', randomUUID(), '-1'],
  ['5:9:', '1', '00000001', randomUUID(), 1],
  ['5:9:', '1', '00000001', randomUUID()],
  ['7', '1', '00000001', randomUUID(), '1'],
  ['9999999999999999999', '1', '00000001', randomUUID(), '1'],
  ['-7', '1', '00000001', randomUUID(), '1'],
  ['5:9:', 1, '00000001', randomUUID(), '1'],
  [['5:9:'], '1', '00000001', randomUUID(), '1'],
);

const garbage = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string(),
  fc.base64String(),
  fc.jsonValue().map(toText),
  almostRight.map(toText),
  fc.tuple(almostRight, fc.jsonValue(), fc.jsonValue(), fc.jsonValue()).map(toText),
  fc.tuple(almostRight, almostRight, fc.constantFrom(0, 1, 2, -1), fc.string()).map(toText),
  fc.constantFrom(
    '',
    'null',
    toText('['.repeat(3_000)),
    Buffer.from('['.repeat(12_000)).toString('base64url').slice(0, CURSOR_TEXT_MAX),
    'A'.repeat(CURSOR_TEXT_MAX + 1),
    'A'.repeat(1_000_000),
    toText({ __proto__: null, length: 5 }),
  ),
);

describe.each([PGLITE, POSTGRES, COUNTED_POSTGRES])(
  'cursors that nobody gave, on $name',
  (kind) => {
    const { open } = kind;
    const runs = kind === COUNTED_POSTGRES ? 0.25 : 1;
    let opened: TestDatabase;

    beforeAll(async () => {
      opened = await open();
    });
    afterAll(async () => {
      await opened.destroy();
    });

    /** What became of the request: undefined for an answer. */
    async function refusalOf(userId: string, request: Omit<ChangesRequest, 'limit'>) {
      const repository = new PostgresSyncRepository(opened.database);
      try {
        await repository.readChanges(userId, { ...request, limit: 3 });
        return undefined;
      } catch (error) {
        return isCuepointError(error) ? error.code : error;
      }
    }

    test('[CUR2] garbage is refused as invalid_cursor or answered, never another error', async () => {
      const userId = randomUUID();
      await fc.assert(
        fc.asyncProperty(garbage, async (text) => {
          for (const request of [{ cursor: text }, { page: text }]) {
            expect([undefined, 'invalid_cursor']).toContain(await refusalOf(userId, request));
          }
        }),
        { numRuns: 400 * runs },
      );
    });

    test('[CUR2] text that is no cursor at all is refused', async () => {
      for (const text of [
        '',
        'x',
        toText(null),
        toText([]),
        toText(['5:9:', '1', '00000001', randomUUID()]),
      ]) {
        expect(await refusalOf(randomUUID(), { cursor: text })).toBe('invalid_cursor');
        expect(await refusalOf(randomUUID(), { page: text })).toBe('invalid_cursor');
      }
      for (const snapshot of ['9:5:', '5:9:4', '5:9:8,6']) {
        const text = toText([snapshot, '1', '00000001', randomUUID(), '1']);
        // Where counters are in force nobody looks into a snapshot: it gets the whole state.
        expect(await refusalOf(randomUUID(), { cursor: text }), `snapshot ${snapshot}`).toBe(
          kind.catchUp === 'xid' ? 'invalid_cursor' : undefined,
        );
      }
    });

    test('[CUR2] a real cursor with one part replaced is never another error', async () => {
      const repository = new PostgresSyncRepository(opened.database);
      const userId = randomUUID();
      const { cursor: before = '' } = await repository.readChanges(userId, { limit: 1 });
      await repository.addWatchlistItem(userId, addOp());
      await repository.saveProgress(userId, setOp());
      const { cursor = '' } = await repository.readChanges(userId, { limit: 5 });
      const { page = '' } = await repository.readChanges(userId, { limit: 1 });
      const ofChanges = await repository.readChanges(userId, { limit: 1, cursor: before });
      const parse = (text: string) =>
        JSON.parse(Buffer.from(text, 'base64url').toString()) as unknown[];
      const replacement = fc.oneof(
        fc.jsonValue(),
        fc.bigInt().map(String),
        fc.string({ unit: 'binary' }),
        fc.tuple(fc.nat(), fc.nat(), fc.nat()).map(([a, b, c]) => `${a}:${b}:${c}`),
      );
      await fc.assert(
        fc.asyncProperty(fc.nat({ max: 4 }), replacement, async (part, value) => {
          const tampered = { cursor: toText(parse(cursor).with(part, value)) };
          expect([undefined, 'invalid_cursor']).toContain(await refusalOf(userId, tampered));
          const turned = { page: toText(parse(page).with(part % 4, value)) };
          expect([undefined, 'invalid_cursor']).toContain(await refusalOf(userId, turned));
          const changed = { page: toText(parse(ofChanges.page ?? '').with(part, value)) };
          expect([undefined, 'invalid_cursor']).toContain(await refusalOf(userId, changed));
        }),
        { numRuns: 300 * runs },
      );
    });
  },
);
