import type { BatchWriter } from '../group-commit/batch-writer.ts';
import type { AnyRow } from '../group-commit/lane.ts';

/** Commits rows and tells their contributors, as a shard does it. */
export async function writeBatch(writer: BatchWriter, rows: readonly AnyRow[]): Promise<void> {
  const batch = await writer.commit(rows);
  await batch.tell();
}
