import { randomUUID } from 'node:crypto';
import {
  foldRegister,
  mergePlays,
  playsOfOp,
  type Op,
  type PlayEntry,
  type RegisterSet,
} from '@cuepoint/core';
import * as fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import {
  arbitraryFullHistory,
  arbitraryRegisterOp,
} from '../../core/src/testing/op-arbitraries.ts';
import { SyncPersistence } from './sync-persistence.ts';
import {
  COUNTED_POSTGRES,
  DISTRIBUTED_POSTGRES,
  LISTED_POSTGRES,
  PGLITE,
  POSTGRES,
  type TestDatabase,
} from './testing/databases.ts';

/** The fold of the core. */
function createMemory() {
  const registers: RegisterSet = new Map();
  const plays = new Map<string, PlayEntry>();
  return {
    registers,
    /** @returns what a register met. */
    apply(op: Op) {
      if (op.kind === 'register.set') return foldRegister(registers, op);
      if (op.kind !== 'play.add' && op.kind !== 'play.remove') return undefined;
      for (const entry of playsOfOp(op)) {
        const stored = plays.get(entry.tag);
        plays.set(entry.tag, stored === undefined ? entry : mergePlays(stored, entry));
      }
      return undefined;
    },
    shown: () => ({ registers: shownRegisters(registers), plays: byId([...plays.values()]) }),
  };
}

function shownRegisters(registers: RegisterSet) {
  return byId([...registers].map(([tag, { value, stamp }]) => ({ tag, value, stamp })));
}

function byId<Item extends { readonly tag: string }>(items: readonly Item[]): Item[] {
  return items.toSorted((a, b) => (a.tag < b.tag ? -1 : 1));
}

const DATABASES = [PGLITE, POSTGRES, COUNTED_POSTGRES, LISTED_POSTGRES, DISTRIBUTED_POSTGRES];

describe.each(DATABASES)('registers and plays in memory and in SQL, on $name', (kind) => {
  const numRuns = kind === POSTGRES ? 60 : 20;
  let opened: TestDatabase;
  let persistence: SyncPersistence;

  beforeAll(async () => {
    opened = await kind.open();
    persistence = new SyncPersistence(opened.database);
  });
  afterAll(async () => {
    await opened.destroy();
  });

  async function stored(userId: string) {
    const registers = [];
    const plays: PlayEntry[] = [];
    for await (const line of persistence.repository.exportUser(userId)) {
      if (line.type === 'register') {
        const { register, key, value, stamp } = line;
        registers.push({ tag: `${register}\n${key}`, value, stamp });
      }
      if (line.type === 'play') plays.push(line.play);
    }
    return { registers: byId(registers), plays: byId(plays) };
  }

  test('[REG1] [PLY1] [CLM1] batches of every size, in two orders, give the state of memory', async () => {
    const sizes = fc.integer({ min: 1, max: 12 });
    await fc.assert(
      fc.asyncProperty(arbitraryFullHistory(), sizes, async (ops, size) => {
        const memory = createMemory();
        for (const op of ops) memory.apply(op);
        for (const delivery of [ops, ops.toReversed()]) {
          const userId = randomUUID();
          for (let start = 0; start < delivery.length; start += size) {
            const batch = delivery.slice(start, start + size);
            const results = await Promise.all(batch.map((op) => persistence.persistOp(userId, op)));
            for (const { result } of results) {
              expect(['applied', 'duplicate', 'superseded']).toContain(result);
            }
          }
          expect(await stored(userId)).toEqual(memory.shown());
          // Everything again: nothing changes, and nobody is told that it was applied.
          const again = await Promise.all(delivery.map((op) => persistence.persistOp(userId, op)));
          for (const { result } of again) expect(['duplicate', 'superseded']).toContain(result);
          expect(await stored(userId)).toEqual(memory.shown());
        }
      }),
      { numRuns },
    );
  });

  test('[REG1] [LWW3] a stamp used twice is told, and the outcome is that of memory', async () => {
    await fc.assert(
      fc.asyncProperty(arbitraryFullHistory({ withStampReuse: true }), async (ops) => {
        const userId = randomUUID();
        const memory = createMemory();
        for (const op of ops.filter((each) => each.kind === 'register.set')) {
          const met = memory.apply(op);
          const reused = { result: 'rejected', code: 'stamp_reused' };
          expect(await persistence.persistOp(userId, op)).toMatchObject(
            met === 'conflict' ? reused : { result: met },
          );
        }
        expect((await stored(userId)).registers).toEqual(memory.shown().registers);
      }),
      { numRuns: numRuns / 2 },
    );
  });

  test('[REG1] [CUR1] a replica that only pulls, page by page, ends with the registers of the store', async () => {
    await fc.assert(
      fc.asyncProperty(
        arbitraryFullHistory(),
        fc.array(arbitraryRegisterOp(), { maxLength: 6 }),
        fc.integer({ min: 1, max: 7 }),
        async (history, others, limit) => {
          const userId = randomUUID();
          const replica = createMemory();
          let cursor: string | undefined;
          const ops = [...history, ...others];
          for (let start = 0; start < ops.length; start += 7) {
            await Promise.all(
              ops.slice(start, start + 7).map((op) => persistence.persistOp(userId, op)),
            );
            let request: { cursor?: string; page?: string } =
              cursor === undefined ? {} : { cursor };
            for (;;) {
              const page = await persistence.repository.readChanges(userId, { ...request, limit });
              expect(page.ops.length).toBeLessThanOrEqual(limit);
              for (const op of page.ops) {
                expect(op.kind).not.toMatch(/^play/);
                replica.apply(op);
              }
              cursor = page.cursor;
              if (page.page === undefined) break;
              request = { page: page.page };
            }
          }
          expect(shownRegisters(replica.registers)).toEqual((await stored(userId)).registers);
        },
      ),
      { numRuns: numRuns / 2 },
    );
  });
});
