import { expect, it } from 'vitest';
import type { ClientStorage } from '../storage/client-storage.ts';

export interface StorageUnderTest {
  /** The storage on a medium of its own, which is empty. */
  readonly storage: ClientStorage;
  /** Another one on the same medium, as after the end of the app. */
  readonly reopen: () => ClientStorage;
}

const KEYS = [
  'a',
  'b|c',
  '%7C',
  '🎬 Amélie',
  '__proto__',
  'x/y',
  '',
  '\uffff',
  '\u00e9',
  'e\u0301',
];

async function sorted(storage: ClientStorage, namespace: string): Promise<[string, unknown][]> {
  return (await storage.read(namespace)).sort(([a], [b]) => (a < b ? -1 : 1));
}

/** What every storage does; each test opens one of its own. */
export function describeStorage(open: () => StorageUnderTest): void {
  it('reads what was written, also after it was opened again', async () => {
    const { storage, reopen } = open();
    const value = { text: 'é🎬', list: [1, null, { deep: true }], none: null };
    await storage.write('n', [
      ['a', value],
      ['b', 0],
    ]);
    await storage.write('n', [['b', 'later']]);
    const records = [
      ['a', value],
      ['b', 'later'],
    ];
    expect(await sorted(storage, 'n')).toEqual(records);
    expect(await sorted(reopen(), 'n')).toEqual(records);
  });

  it('applies the changes of one write in their order', async () => {
    const { storage } = open();
    await storage.write('n', [
      ['a', 1],
      ['a', undefined],
      ['b', 1],
      ['b', undefined],
      ['b', 2],
      ['missing', undefined],
    ]);
    expect(await storage.read('n')).toEqual([['b', 2]]);
  });

  it('keeps writes that are not awaited in their order', async () => {
    const { storage } = open();
    await Promise.all([1, 2, 3].map((value) => storage.write('n', [['a', value]])));
    expect(await storage.read('n')).toEqual([['a', 3]]);
  });

  it('takes any text as a key and keeps them apart', async () => {
    const { storage, reopen } = open();
    const records = KEYS.map((key, index): [string, unknown] => [key, index]);
    await storage.write('n', records);
    expect(new Map(await reopen().read('n'))).toEqual(new Map(records));
  });

  it('keeps namespaces apart that begin with each other', async () => {
    const { storage } = open();
    const namespaces = ['n', 'n|', 'n|a', 'n|a|', 'n%', 'n%7C', 'm', '', 'n🎬'];
    for (const namespace of namespaces) await storage.write(namespace, [['a|b', namespace]]);
    for (const namespace of namespaces) {
      expect(await storage.read(namespace)).toEqual([['a|b', namespace]]);
    }
  });

  it('clears what begins with a prefix, and nothing else', async () => {
    const { storage, reopen } = open();
    const namespaces = ['n|u|1|', 'n|u|12|', 'n|u|1|x', 'n|', 'n2|u|1|', 'o'];
    for (const namespace of namespaces) await storage.write(namespace, [['a', 1]]);
    await storage.clear('n|u|1|');
    const left = async (from: ClientStorage) => {
      const found: string[] = [];
      for (const namespace of namespaces) {
        if ((await from.read(namespace)).length > 0) found.push(namespace);
      }
      return found;
    };
    expect(await left(storage)).toEqual(['n|u|12|', 'n|', 'n2|u|1|', 'o']);
    await storage.clear('n|');
    expect(await left(reopen())).toEqual(['n2|u|1|', 'o']);
    await storage.clear('');
    expect(await left(storage)).toEqual([]);
  });

  it('gives copies: what a reader changes is not stored', async () => {
    const { storage } = open();
    const value = { list: [1] };
    await storage.write('n', [['a', value]]);
    value.list.push(2);
    const [[, read] = ['', undefined]] = await storage.read('n');
    (read as typeof value).list.push(3);
    expect(await storage.read('n')).toEqual([['a', { list: [1] }]]);
  });

  it('takes thousands of records in one write', async () => {
    const { storage } = open();
    const records = Array.from({ length: 3_000 }, (_, index): [string, unknown] => [
      `k${index}`,
      index,
    ]);
    await storage.write('n', records);
    expect((await storage.read('n')).length).toBe(3_000);
  });

  it('is empty where nothing was written', async () => {
    const { storage } = open();
    expect(await storage.read('n')).toEqual([]);
    await storage.write('n', []);
    await storage.clear('n');
    expect(await storage.read('n')).toEqual([]);
  });
}
