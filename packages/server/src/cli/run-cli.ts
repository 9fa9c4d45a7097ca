import { isCuepointError } from '@cuepoint/core';
import { Command, CommanderError } from 'commander';
import { VERSION } from '../version.ts';
import { complain, print, type CliContext } from './context.ts';
import { backupCommand } from './backup.ts';
import { deleteUserCommand } from './delete-user.ts';
import { distributeCommand } from './distribute.ts';
import { exportCommand } from './export.ts';
import { gcCommand } from './gc.ts';
import { hookCommand } from './hook.ts';
import { importCommand } from './import.ts';
import { importsCommand } from './imports.ts';
import { inspectCommand } from './inspect.ts';
import { migrateCommand } from './migrate.ts';
import { moveCommand } from './move.ts';
import { restoreCommand } from './restore.ts';
import { restoredCommand } from './restored.ts';
import { serveCommand } from './serve.ts';
import { tokenCommand } from './token.ts';
import { userCommand } from './user.ts';
import { usersCommand } from './users.ts';
import { watchCommand } from './watch.ts';

/**
 * Runs one command.
 *
 * @param argv without the interpreter and the script.
 * @returns the exit code: 0, or 1 after one clear message.
 */
export async function runCli(argv: readonly string[], context: CliContext): Promise<number> {
  try {
    await createProgram(context).parseAsync([...argv], { from: 'user' });
    return 0;
  } catch (error) {
    // Commander has printed its own message; help and version end with 0.
    if (error instanceof CommanderError) return error.exitCode;
    const message = isCuepointError(error) ? error.message : describeUnexpected(error);
    complain(context, `cuepoint: ${message}`);
    return 1;
  }
}

function createProgram(context: CliContext): Command {
  const program = new Command('cuepoint')
    .description('Keeps watchlists, playback progress and devices the same on every screen.')
    .version(VERSION)
    .addHelpText(
      'after',
      [
        '',
        'Every command works on the database of DATABASE_URL; without it, on the embedded database in',
        'CUEPOINT_DATA_DIR (.cuepoint). "cuepoint serve --help" lists all settings.',
      ].join('\n'),
    );
  const commands = [
    serveCommand,
    migrateCommand,
    tokenCommand,
    userCommand,
    hookCommand,
    gcCommand,
    inspectCommand,
    exportCommand,
    importCommand,
    importsCommand,
    deleteUserCommand,
    usersCommand,
    backupCommand,
    restoreCommand,
    restoredCommand,
    moveCommand,
    watchCommand,
    distributeCommand,
  ];
  for (const create of commands) program.addCommand(create(context));
  for (const command of withSubcommands(program)) {
    command.exitOverride().configureOutput({
      writeOut: (text) => print(context, withoutLastFeed(text)),
      writeErr: (text) => complain(context, withoutLastFeed(text)),
    });
  }
  return program;
}

function withoutLastFeed(text: string): string {
  return text.replace(/\n$/, '');
}

function withSubcommands(command: Command): Command[] {
  return [command, ...command.commands.flatMap(withSubcommands)];
}

/** A system error in one line; a bug of ours with its stack, for the report. */
function describeUnexpected(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const isSystemError = typeof (error as NodeJS.ErrnoException).syscall === 'string';
  return isSystemError ? error.message : (error.stack ?? error.message);
}
