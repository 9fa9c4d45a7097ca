import { createWriteStream } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { CuepointError } from '@cuepoint/core';
import { Command, Option } from 'commander';
import { encodeExport } from '../export/encode-export.ts';
import { readPersonRecords } from '../export/person-records.ts';
import { EXPORT_FORMATS, writeFormat, type ExportFormat } from '../export/write-format.ts';
import { requireZone } from '../imports/require-zone.ts';
import { print, type CliContext } from './context.ts';
import { printable } from './printable.ts';
import { createProgressBar, type ProgressBar } from './progress-bar.ts';
import { parseUserId } from './user-option.ts';
import { withRepository } from './with-database.ts';

export function exportCommand(context: CliContext): Command {
  return new Command('export')
    .description('write everything stored of a user as JSON lines, tombstones included')
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .option('--out <file>', 'write to a new file instead of the standard output')
    .addOption(
      new Option(
        '--format <program>',
        'files that another program reads, into the new directory of --out',
      ).choices(EXPORT_FORMATS),
    )
    .option('--zone <name>', 'of the person, for forms that have days alone', requireZone, 'UTC')
    .addHelpText(
      'after',
      '\n  cuepoint export --user <uuid> --out me.jsonl && cuepoint import me.jsonl',
    )
    .action(async ({ user, out, format, zone }: ExportOptions) => {
      if (format !== undefined) {
        await exportFormat(context, { user, out, format, zone });
        return;
      }
      const bar = createProgressBar(context, { label: 'exporting', unit: 'lines' });
      try {
        await withRepository(context, async (repository) => {
          const lines = counted(encodeExport(user, repository.exportUser(user)), bar);
          if (out === undefined) {
            await pipeline(Readable.from(shown(lines)), context.stdout, { end: false });
            return;
          }
          // Personal data, for its owner's eyes; an older file is never overwritten.
          const file = createWriteStream(out, { flags: 'wx', mode: 0o600 });
          await pipeline(Readable.from(lines), file);
        });
      } finally {
        bar.stop();
      }
    });
}

interface ExportOptions {
  readonly user: string;
  readonly out?: string | undefined;
  readonly format?: ExportFormat;
  readonly zone: string;
}

/** Files for another program. [EXP1] */
async function exportFormat(
  context: CliContext,
  { user, out, format, zone }: ExportOptions & { readonly format: ExportFormat },
): Promise<void> {
  if (out === undefined) {
    throw new CuepointError('invalid_request', 'Several files need a directory: give --out.', {
      field: 'out',
    });
  }
  const records = await withRepository(context, async (repository) =>
    readPersonRecords(repository, user),
  );
  const { files, left } = writeFormat(format, records, zone);
  // Personal data, for its owner's eyes; an older export is never overwritten.
  await mkdir(out, { mode: 0o700 });
  for (const { name, text } of files) {
    const file = path.join(out, path.basename(name));
    await writeFile(file, text, { flag: 'wx', mode: 0o600 });
    print(context, file);
  }
  print(
    context,
    `${records.length - left.length} record(s) written, ${left.length} for which ${format} has no place`,
  );
}

/** The same JSON, for a terminal. */
async function* shown(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield printable(line);
}

async function* counted(lines: AsyncIterable<string>, bar: ProgressBar): AsyncGenerator<string> {
  let count = 0;
  for await (const line of lines) {
    count += 1;
    bar.update(count);
    yield line;
  }
}
