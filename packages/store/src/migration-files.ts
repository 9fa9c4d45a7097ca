import { createHash } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';

const MIGRATIONS_DIRECTORY = new URL('../migrations/', import.meta.url);
const FILE_NAME = /^(?<version>\d{4})_(?<name>[a-z0-9_]+)\.up\.sql$/;
/** `-- compatible-from: N`: code that knows migration N works with this schema too. */
const COMPATIBLE_FROM = /^-- compatible-from: (?<version>\d+)$/m;

/** One migration: `NNNN_name.up.sql` and its `.down.sql`. Immutable once merged. */
export interface MigrationFile {
  readonly version: number;
  readonly name: string;
  readonly up: string;
  readonly down: string;
  /** SHA-256 of the up file. */
  readonly checksum: string;
  /** The oldest version of the code that works with this schema; its own unless the file says so. */
  readonly compatibleFrom: number;
}

/** In the order of their versions. */
export function readMigrationFiles(): readonly MigrationFile[] {
  return readdirSync(MIGRATIONS_DIRECTORY)
    .map((file) => FILE_NAME.exec(file)?.groups)
    .filter((groups) => groups !== undefined)
    .map((groups) => readMigrationFile(Number(groups['version']), groups['name'] ?? ''))
    .sort((a, b) => a.version - b.version);
}

function readMigrationFile(version: number, name: string): MigrationFile {
  const read = (direction: 'up' | 'down') => {
    const file = `${String(version).padStart(4, '0')}_${name}.${direction}.sql`;
    return readFileSync(new URL(file, MIGRATIONS_DIRECTORY), 'utf8');
  };
  const up = read('up');
  const compatibleFrom = COMPATIBLE_FROM.exec(up)?.groups?.['version'];
  return {
    version,
    name,
    up,
    down: read('down'),
    checksum: createHash('sha256').update(up).digest('hex'),
    compatibleFrom: compatibleFrom === undefined ? version : Number(compatibleFrom),
  };
}
