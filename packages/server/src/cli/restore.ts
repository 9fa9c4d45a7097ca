import { CuepointError } from '@cuepoint/core';
import { Command } from 'commander';
import type { RestoreReport } from '../backup/backups.ts';
import { checkFile, describeBackup } from './backup.ts';
import { readBackupFile, sizeOf } from './backup-file.ts';
import { print, type CliContext } from './context.ts';
import { createProgressBar } from './progress-bar.ts';
import { withBackups } from './with-backups.ts';

export function restoreCommand(context: CliContext): Command {
  return new Command('restore')
    .description('merge a backup in; repeating it changes nothing, and nothing is ever deleted')
    .argument('<file>', 'what cuepoint backup wrote')
    .option('--check', 'look whether the file is whole, and write nothing')
    .addHelpText(
      'after',
      [
        '',
        'To go back to how it was, restore into a new directory or database: in one that is in use, what is newer stays.',
        'One that was killed is run again.',
      ].join('\n'),
    )
    .action(async (file: string, { check }: { readonly check?: true }) => {
      // All of it before the first row is written.
      print(context, `${file}: ${describeBackup(await checkFile(context, file))}`);
      if (check === true) return;
      const total = await sizeOf(file);
      const bar = createProgressBar(context, { label: 'restoring', unit: 'bytes', total });
      const report = await withBackups(
        context,
        (backups) => backups.restore(readBackupFile(file, (bytes) => bar.update(bytes))),
        { create: true },
      ).finally(() => bar.stop());
      printReport(context, report);
    });
}

/** @throws CuepointError where lines were not valid, after the good ones are in. */
export function printReport(
  context: CliContext,
  { users, erasedSince, changed, bad, firstBad }: RestoreReport,
): void {
  print(context, `${users} user(s) merged, ${changed} row(s) changed`);
  if (erasedSince > 0) print(context, `${erasedSince} user(s) left out: they were erased since`);
  print(context, ...firstBad);
  if (bad > 0)
    throw new CuepointError('invalid_request', `${bad} line(s) were bad and not restored.`);
}
