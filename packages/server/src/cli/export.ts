import { createWriteStream } from 'node:fs';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Command } from 'commander';
import { encodeExport } from '../export/encode-export.ts';
import type { CliContext } from './context.ts';
import { printable } from './printable.ts';
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
