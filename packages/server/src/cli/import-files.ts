import { openAsBlob } from 'node:fs';
import path from 'node:path';
import { CuepointError, isCuepointError } from '@cuepoint/core';
import {
  ArchiveError,
  readImport,
  SOURCE_NAMES,
  type ReadOptions,
  type SourceName,
} from '@cuepoint/files';
import { reportPlan } from '../imports/report-plan.ts';
import { prepareImport, runImport, type ImportDeps } from '../imports/run-import.ts';
import { requireZone } from '../imports/require-zone.ts';
import { confirm } from './confirm.ts';
import { print, type CliContext } from './context.ts';
import { createProgressBar } from './progress-bar.ts';
import { withPersistence } from './with-database.ts';

export interface ImportFileOptions {
  readonly from: string;
  readonly user?: string;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly lines?: true;
  readonly zone?: string;
  readonly dates?: string;
  readonly list?: string;
  readonly person?: string;
  readonly password?: string;
  readonly keepUnknown?: true;
}

/** `cuepoint import --from`: a dry run, a question, the import. [IMP1] */
export async function importFile(
  context: CliContext,
  file: string,
  options: ImportFileOptions,
): Promise<void> {
  const { user: userId, zone } = options;
  if (userId === undefined) {
    throw new CuepointError(
      'invalid_request',
      'An export of another program names no user: give --user.',
      {
        field: 'user',
      },
    );
  }
  const source = requireSource(options.from);
  const readOptions = readOptionsOf(options);
  const blob = await openFile(file);
  const name = path.basename(file);
  await withPersistence(context, async (persistence) => {
    const deps: ImportDeps = { persistence, now: context.now, randomUuid: context.randomUuid };
    const readings = readImport({ source, file: blob, name, options: readOptions });
    const prepared = await prepareImport(deps, userId, {
      readings,
      source,
      ...(zone === undefined ? {} : { zone }),
      unmatched: options.keepUnknown === true ? 'keep' : 'show',
    });
    const { plan } = prepared;
    print(context, ...reportPlan(plan, { all: options.lines === true }));
    if (options.dryRun === true || plan.ops.length === 0) return;
    if (options.yes !== true) await confirm(context, `Write ${plan.ops.length} change(s)?`);
    const bar = createProgressBar(context, {
      label: 'importing',
      unit: 'changes',
      total: plan.ops.length,
    });
    try {
      const onWritten = (ops: number) => bar.update(ops);
      const run = { userId, source, file: name, onWritten };
      const { importId, written } = await runImport(deps, prepared, run);
      const { applied, unchanged, refused } = written;
      print(
        context,
        `import ${importId}: ${applied} written, ${unchanged} there already, ${refused} refused`,
      );
      print(context, `to take it back: cuepoint imports undo ${importId} --user ${userId}`);
    } finally {
      bar.stop();
    }
  }).catch((error: unknown) => {
    throw toCliError(error, file);
  });
}

function requireSource(from: string): SourceName {
  const source = SOURCE_NAMES.find((name) => name === from);
  if (source !== undefined) return source;
  throw new CuepointError('invalid_request', `--from is one of ${SOURCE_NAMES.join(', ')}.`, {
    field: 'from',
  });
}

function readOptionsOf({ zone, dates, list, person, password }: ImportFileOptions): ReadOptions {
  return {
    ...(zone === undefined ? {} : { zone: requireZone(zone) }),
    ...(dates === undefined
      ? {}
      : { dateOrder: oneOf('dates', dates, ['day-first', 'month-first']) }),
    ...(list === undefined ? {} : { list: oneOf('list', list, ['watchlist', 'watched']) }),
    ...(person === undefined ? {} : { person }),
    ...(password === undefined ? {} : { password }),
  };
}

function oneOf<Word extends string>(field: string, text: string, words: readonly Word[]): Word {
  const word = words.find((one) => one === text);
  if (word !== undefined) return word;
  throw new CuepointError('invalid_request', `--${field} is ${words.join(' or ')}.`, { field });
}

async function openFile(file: string): Promise<Blob> {
  try {
    return await openAsBlob(file);
  } catch (error) {
    throw new CuepointError('invalid_request', `Cannot read ${file}.`, { cause: error });
  }
}

function toCliError(error: unknown, file: string): unknown {
  if (isCuepointError(error) || !(error instanceof ArchiveError)) return error;
  return new CuepointError('invalid_request', `Cannot read ${file} (${error.reason}).`, {
    cause: error,
  });
}
