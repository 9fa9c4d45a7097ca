import { createMaintenance, requireUsableSchema } from '@cuepoint/store';
import { Command } from 'commander';
import { configurationError, readSettings } from '../config/read-settings.ts';
import type { SettingValues } from '../config/settings.ts';
import { print, type CliContext } from './context.ts';
import { withDatabase } from './with-database.ts';

const DAY_MS = 24 * 60 * 60_000;

export function gcCommand(context: CliContext): Command {
  return new Command('gc')
    .description('collect what was removed longer ago than the retention')
    .addHelpText(
      'after',
      [
        '',
        'It takes two runs, ten minutes apart at least: the first fences off what is due, the next deletes',
        'it. The service does the same each hour; CUEPOINT_RETENTION_DAYS (30) says what is due.',
      ].join('\n'),
    )
    .action(async () => {
      const { values, problems } = readSettings(context, ['persistence']);
      if (problems.length > 0) throw configurationError(problems);
      const { retentionDays } = values as SettingValues;
      const report = await withDatabase(context, async (database) => {
        await requireUsableSchema(database);
        return createMaintenance(database, {
          retentionMs: retentionDays * DAY_MS,
          now: context.now,
        }).collectGarbage();
      });
      print(
        context,
        report.lockHeld
          ? `deleted ${report.deleted}, fenced off entries of ${report.raisedUsers} user(s)`
          : 'Another process is collecting now.',
      );
    });
}
