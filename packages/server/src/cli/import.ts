import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import type { Readable } from 'node:stream';
import { CuepointError, isCuepointError } from '@cuepoint/core';
import { SOURCE_NAMES } from '@cuepoint/files';
import { Command } from 'commander';
import { splitLines } from '../backup/split-lines.ts';
import { importExport, type ImportReport } from '../export/import-export.ts';
import { print, type CliContext } from './context.ts';
import { importFile, type ImportFileOptions } from './import-files.ts';
import { createProgressBar, type ProgressBar } from './progress-bar.ts';
import { parseUserId } from './user-option.ts';
import { withRepository } from './with-database.ts';

const STANDARD_INPUT = '-';

export function importCommand(context: CliContext): Command {
  return new Command('import')
    .description('merge an export in; repeating it changes nothing, and nothing is ever deleted')
    .argument('[file]', 'the export; - or nothing reads the standard input', STANDARD_INPUT)
    .option(
      '--user <uuid>',
      'import to this user instead of the one that the export names',
      parseUserId,
    )
    .option('--from <program>', `the export of another program: ${SOURCE_NAMES.join(', ')}`)
    .option('--dry-run', 'say what would be written, and write nothing')
    .option('--yes', 'do not ask after the dry run')
    .option('--lines', 'show what becomes of every line')
    .option(
      '--zone <name>',
      'your zone, for times without one and for whose day it was: Europe/Berlin',
    )
    .option('--dates <order>', 'of dates like 3/4/21: day-first or month-first')
    .option('--list <kind>', 'what a list without a name is: watchlist or watched')
    .option('--person <id>', 'whose lines to take where a file has those of several')
    .option('--password <text>', 'of an encrypted archive')
    .option('--keep-unknown', 'keep works that no content matches under their names')
    .addHelpText('after', '\n  cuepoint import --from trakt export.zip --user <uuid> --dry-run')
    .action(async (file: string, options: Partial<ImportFileOptions>) => {
      const { user, from } = options;
      if (from !== undefined) {
        await importFile(context, file, { ...options, from });
        return;
      }
      const { source, bytes } = await openSource(context, file);
      const bar = createProgressBar(context, {
        label: 'importing',
        unit: 'bytes',
        ...(bytes === undefined ? {} : { total: bytes }),
      });
      const report = await withRepository(
        context,
        (repository) => importExport(repository, readLines(source, bar), { userId: user }),
        { create: true },
      ).finally(() => {
        bar.stop();
        source.destroy();
      });
      printReport(context, report);
    });
}

async function openSource(
  { stdin }: CliContext,
  file: string,
): Promise<{ source: Readable; bytes: number | undefined }> {
  if (file === STANDARD_INPUT) return { source: stdin, bytes: undefined };
  try {
    const found = await stat(file);
    if (found.isDirectory()) {
      throw new CuepointError('invalid_request', `${file} is a directory, not an export.`);
    }
    return { source: createReadStream(file), bytes: found.size };
  } catch (error) {
    if (isCuepointError(error)) throw error;
    const reason = (error as NodeJS.ErrnoException).code ?? 'unreadable';
    throw new CuepointError('invalid_request', `Cannot read ${file} (${reason}).`, {
      cause: error,
    });
  }
}

async function* readLines(source: Readable, bar: ProgressBar): AsyncGenerator<string> {
  let bytes = 0;
  for await (const line of splitLines(source)) {
    bytes += Buffer.byteLength(line) + 1;
    bar.update(bytes);
    yield line;
  }
}

/** @throws CuepointError when some line was bad or is missing, after the good ones are in. */
function printReport(context: CliContext, report: ImportReport): void {
  const { userId, merged, changed, badCount, bad, complete } = report;
  print(context, `user ${userId}: ${merged} line(s) merged, ${changed} row(s) changed`);
  for (const { line, code, message } of bad) print(context, `line ${line}: ${code}: ${message}`);
  if (badCount > bad.length) print(context, `and ${badCount - bad.length} more`);
  if (badCount > 0) {
    throw new CuepointError('invalid_request', `${badCount} line(s) were bad and not imported.`);
  }
  if (!complete) {
    throw new CuepointError(
      'invalid_request',
      'The export was cut short: its last line is missing.',
    );
  }
}
