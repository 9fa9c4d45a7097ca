import { Command } from 'commander';
import { checkBackup, type CheckedBackup } from '../backup/check-backup.ts';
import { isUserStart } from '../backup/backup-lines.ts';
import { inPieces } from '../export/in-pieces.ts';
import { readBackupFile, sizeOf, writeBackupFile } from './backup-file.ts';
import { print, type CliContext } from './context.ts';
import { createProgressBar, type ProgressBar } from './progress-bar.ts';
import { withBackups } from './with-backups.ts';

export function backupCommand(context: CliContext): Command {
  return new Command('backup')
    .description('write everything of everybody to a new file; a service may be running')
    .argument('<file>', 'where to; .gz at its end has it compressed')
    .addHelpText(
      'after',
      '\n  cuepoint backup monday.jsonl.gz && cuepoint restore --check monday.jsonl.gz',
    )
    .action(async (file: string) => {
      const bar = createProgressBar(context, { label: 'backing up', unit: 'users' });
      try {
        await withBackups(context, async (backups) =>
          writeBackupFile(file, inPieces(countUsers(backups.write(), bar))),
        );
      } finally {
        bar.stop();
      }
      print(context, `${file}: ${describeBackup(await checkFile(context, file))}`);
    });
}

/** Reads a file from its begin to its end. @throws CuepointError `invalid_request` where it is damaged. */
export async function checkFile(context: CliContext, file: string): Promise<CheckedBackup> {
  const total = await sizeOf(file);
  const bar = createProgressBar(context, { label: 'checking', unit: 'bytes', total });
  try {
    return await checkBackup(readBackupFile(file, (bytes) => bar.update(bytes)));
  } finally {
    bar.stop();
  }
}

export function describeBackup({ users, lines, sha256, madeAtMs }: CheckedBackup): string {
  const madeAt = new Date(madeAtMs).toISOString();
  return `of ${madeAt}, ${users} user(s), ${lines} line(s), sha256 ${sha256}`;
}

/** The same lines; a first line of a user moves the bar. */
export async function* countUsers(
  lines: AsyncIterable<string>,
  bar: ProgressBar,
): AsyncGenerator<string> {
  let users = 0;
  for await (const line of lines) {
    if (isUserStart(line)) bar.update((users += 1));
    yield line;
  }
}
