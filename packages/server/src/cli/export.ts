import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { encodeExport } from '../export/encode-export.ts';
import type { CliContext } from './context.ts';
import { createProgressBar, type ProgressBar } from './progress-bar.ts';
import { parseUserId } from './user-option.ts';
import { withRepository } from './with-database.ts';

export function exportCommand(context: CliContext): Command {
  return new Command('export')
    .description('write everything stored of a user as JSON lines, tombstones included')
    .requiredOption('--user <uuid>', 'the user', parseUserId)
    .option('--out <file>', 'write to a new file instead of the standard output')
    .addHelpText(
      'after',
      '\n  cuepoint export --user <uuid> --out me.jsonl && cuepoint import me.jsonl',
    )
    .action(async ({ user, out }: { user: string; out?: string }) => {
      const bar = createProgressBar(context, { label: 'exporting', unit: 'lines' });
      try {
        await withRepository(context, async (repository) => {
          const lines = counted(encodeExport(user, repository.exportUser(user)), bar);
          const source = Readable.from(lines);
          if (out === undefined) await pipeline(source, context.stdout, { end: false });
          // Personal data, for its owner's eyes; an older file is never overwritten.
          else await pipeline(source, createWriteStream(out, { flags: 'wx', mode: 0o600 }));
        });
      } finally {
        bar.stop();
      }
    });
}

async function* counted(lines: AsyncIterable<string>, bar: ProgressBar): AsyncGenerator<string> {
  let count = 0;
  for await (const line of lines) {
    count += 1;
    bar.update(count);
    yield line;
  }
}
