import type { Database } from './database.ts';

export interface DurabilityReport {
  /** Whether an acknowledged commit survives the loss of power. */
  readonly durable: boolean;
  readonly settings: Readonly<Record<string, string>>;
  /** One sentence for each setting that weakens an ack. */
  readonly warnings: readonly string[];
}

const SETTINGS_THAT_LOSE: Readonly<Record<string, string>> = {
  fsync:
    'fsync is off: a crash of the machine loses acknowledged changes and can corrupt the database.',
  full_page_writes:
    'full_page_writes is off: a crash of the machine can corrupt pages unless the storage writes them whole.',
  synchronous_commit:
    'synchronous_commit is off on this connection: a crash loses acknowledged changes of the last moments.',
};

/** What the database's settings make of "durable". Read as a batch is written: behind a pooler a read has other settings. */
export async function readDurability(database: Database): Promise<DurabilityReport> {
  const [result] = await database.commit([{ name: 'read-durability', params: [] }]);
  const rows = (result?.rows ?? []) as readonly {
    readonly name: string;
    readonly setting: string;
  }[];
  const settings = Object.fromEntries(rows.map(({ name, setting }) => [name, setting]));
  // PGlite runs without fsync; the store flushes its WAL instead, before each ack. [5.1]
  const judged = Object.entries(SETTINGS_THAT_LOSE).filter(
    ([name]) => database.kind === 'postgres' || name !== 'fsync',
  );
  const warnings = judged
    .filter(([name]) => settings[name] === 'off')
    .map(([, warning]) => warning);
  return { durable: warnings.length === 0, settings, warnings };
}
