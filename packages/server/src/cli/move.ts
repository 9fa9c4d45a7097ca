import { createInterface } from 'node:readline/promises';
import { CuepointError } from '@cuepoint/core';
import { openDatabase } from '@cuepoint/store';
import { Command } from 'commander';
import { createBackups } from '../backup/backups.ts';
import { databaseOptionsOf, readDatabaseSettings } from '../config/database-config.ts';
import { parsePostgresUrl, parseSchemaName } from '../config/parse-value.ts';
import { toStartError } from '../service/start-error.ts';
import { countUsers } from './backup.ts';
import { parseFlag } from './parse-flag.ts';
import { print, type CliContext } from './context.ts';
import { createProgressBar } from './progress-bar.ts';
import { printReport } from './restore.ts';
import { makeReady, withBackups } from './with-backups.ts';

const FROM_INPUT = '-';

export function moveCommand(context: CliContext): Command {
  return new Command('move')
    .description('copy everything of everybody to a PostgreSQL; a service may be running')
    .requiredOption('--to <url>', 'postgres://…; - reads it from the first line of the input')
    .option(
      '--schema <name>',
      'of the PostgreSQL (default: as CUEPOINT_DATABASE_SCHEMA has it)',
      parseFlag(parseSchemaName),
    )
    .addHelpText(
      'after',
      [
        '',
        'Arguments are visible to every process of the machine: give a URL with a password by the input.',
        'What is written meanwhile is not in it. Stop the service, run the command again, and start with DATABASE_URL.',
      ].join('\n'),
    )
    .action(async ({ to, schema }: { readonly to: string; readonly schema?: string }) => {
      const url = await readUrl(context, to);
      const settings = readDatabaseSettings(context);
      const target = await openDatabase(
        databaseOptionsOf({
          ...settings,
          databaseUrl: url,
          databaseDirectUrl: undefined,
          databaseSchema: schema ?? settings.databaseSchema,
        }),
      );
      const bar = createProgressBar(context, { label: 'moving', unit: 'users' });
      try {
        await makeReady(target);
        const report = await withBackups(context, (source) =>
          createBackups(target, context).restore(withoutFeeds(countUsers(source.write(), bar))),
        );
        bar.stop();
        printReport(context, report);
        print(context, `Everything is in ${target.description} too. Nothing was removed here.`);
      } catch (error) {
        throw toStartError(error, target);
      } finally {
        bar.stop();
        await target.close();
      }
    });
}

async function readUrl({ stdin }: CliContext, to: string): Promise<string> {
  let text = to;
  if (to === FROM_INPUT) {
    const lines = createInterface({ input: stdin });
    for await (const line of lines) {
      text = line.trim();
      break;
    }
  }
  try {
    return parsePostgresUrl(text);
  } catch (error) {
    throw new CuepointError('invalid_request', `--to: ${(error as Error).message}`, {
      field: 'to',
      cause: error,
    });
  }
}

async function* withoutFeeds(lines: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const line of lines) yield line.slice(0, -1);
}
