import { CuepointError, REGISTERS_PER_USER_MAX, UNCOUNTED_REGISTERS } from '@cuepoint/core';
import { ArchiveError, FILE_LIMITS, readImport, type FileLimits, type Plan } from '@cuepoint/files';
import { LIST_LIMIT_MAX } from '@cuepoint/store';
import type { FastifyRequest } from 'fastify';
import { Type, type Static } from 'typebox';
import { callerOf } from '../auth/authenticate.ts';
import { createExportSlots } from '../export/export-slots.ts';
import { IMPORT_REGISTER, readImportEntry } from '../imports/import-log.ts';
import { requireZone } from '../imports/require-zone.ts';
import {
  prepareImport,
  runImport,
  type ImportDeps,
  type PreparedImport,
} from '../imports/run-import.ts';
import { undoImport } from '../imports/undo-import.ts';
import { UPLOAD_BYTES_MAX } from '../limits.ts';
import { listOf, withProblems } from '../schemas/answers.ts';
import {
  ImportEntrySchema,
  ImportParamsSchema,
  ImportQuerySchema,
  ImportReportSchema,
} from '../schemas/imports.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import type { RouteApp } from './route-app.ts';

const tags = ['imports'];
/** Lines of a report: of more the person looks at the file. */
const SHOWN_MAX = 500;
/** What one upload may unpack to, beside everybody else's. [IMP2] */
const UPLOAD_LIMITS: FileLimits = { ...FILE_LIMITS, totalBytesMax: 128 * 1024 * 1024 };

/** What people bring from other programs. In a scope of its own, which takes files. [IMP1] */
export function addImportRoutes(app: RouteApp, writes: WriteDeps): void {
  const slots = createExportSlots();
  const { repository, persistence, now, randomUuid } = writes;
  const deps: ImportDeps = {
    persistence: { persistOp: (user, op) => persistence.persistOp(user, op), repository },
    now,
    randomUuid,
  };
  app.addContentTypeParser<Buffer>(
    ['application/octet-stream', 'application/zip', 'text/csv'],
    { parseAs: 'buffer', bodyLimit: UPLOAD_BYTES_MAX },
    (_request, body, done) => done(null, body),
  );

  app.route({
    method: 'POST',
    url: '/imports',
    bodyLimit: UPLOAD_BYTES_MAX,
    config: { documentedBody: Type.String({ description: 'The file as it is.' }) },
    schema: {
      operationId: 'importFile',
      summary: 'Imports the export of another program',
      description:
        `The body is the file, at most ${UPLOAD_BYTES_MAX} bytes, as \`application/octet-stream\`. The same file again changes nothing, and ` +
        'what it does not name stays. Ask with `dryRun` first.',
      tags,
      querystring: ImportQuerySchema,
      response: withProblems({ 200: ImportReportSchema }),
    },
    // Before the body is read: a person has one file on its way, and all of them few.
    onRequest: async (request, reply) => {
      const leave = slots.enter(callerOf(request).userId);
      reply.raw.once('close', leave);
      requireRoomFor(request);
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { dryRun, file, source } = request.query;
      const prepared = await prepare(deps, userId, request.query, request.body);
      if (dryRun === 'true' || prepared.plan.ops.length === 0) return reportOf(prepared.plan);
      await requireRows(writes, userId, prepared.plan);
      const { importId } = await runImport(deps, prepared, { userId, source, file });
      return { importId, ...reportOf(prepared.plan) };
    },
  });

  app.route({
    method: 'GET',
    url: '/imports',
    schema: {
      operationId: 'listImports',
      summary: 'What was imported, the newest first',
      tags,
      response: withProblems({ 200: listOf(ImportEntrySchema) }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const items: Static<typeof ImportEntrySchema>[] = [];
      let after: string | undefined;
      do {
        const page = await repository.readRegisters(userId, {
          kind: IMPORT_REGISTER,
          limit: LIST_LIMIT_MAX,
          ...(after === undefined ? {} : { after }),
        });
        for (const { key, value } of page.items) {
          const entry = readImportEntry(key, value);
          if (entry === undefined) continue;
          const { ops: changes, ...rest } = entry;
          items.push({ ...rest, changes });
        }
        after = page.nextCursor;
      } while (after !== undefined);
      return { items: items.toSorted((a, b) => (a.at < b.at ? 1 : -1)), total: items.length };
    },
  });

  app.route({
    method: 'DELETE',
    url: '/imports/:importId',
    schema: {
      operationId: 'undoImport',
      summary: 'Takes an import back',
      description:
        'What it added goes, and what it changed is as it was before, unless somebody has said something since.',
      tags,
      params: ImportParamsSchema,
      response: withProblems({
        200: Type.Object({
          changed: Type.Integer(),
          kept: Type.Integer({ description: 'For what was said since.' }),
        }),
      }),
    },
    handler: async (request) => {
      const { userId } = callerOf(request);
      const { applied, unchanged } = await undoImport(deps, userId, request.params.importId);
      return { changed: applied, kept: unchanged };
    },
  });
}

function requireRoomFor({ headers }: FastifyRequest): void {
  if (Number(headers['content-length'] ?? 0) <= UPLOAD_BYTES_MAX) return;
  throw new CuepointError('payload_too_large', `A file has at most ${UPLOAD_BYTES_MAX} bytes.`, {
    limit: { name: 'uploadBytes', value: UPLOAD_BYTES_MAX },
  });
}

async function prepare(
  deps: ImportDeps,
  userId: string,
  query: Static<typeof ImportQuerySchema>,
  body: unknown,
): Promise<PreparedImport> {
  if (!Buffer.isBuffer(body) || body.length === 0) {
    throw new CuepointError('invalid_request', 'The body is the file.');
  }
  const {
    source,
    file: name,
    unmatched = 'show',
    zone: named,
    dates,
    list,
    person,
    password,
  } = query;
  const zone = named === undefined ? {} : { zone: requireZone(named) };
  const options = {
    ...zone,
    ...(dates === undefined ? {} : { dateOrder: dates }),
    ...(list === undefined ? {} : { list }),
    ...(person === undefined ? {} : { person }),
    ...(password === undefined ? {} : { password }),
  };
  const file = new Blob([new Uint8Array(body)]);
  const readings = readImport({ source, file, name, options, limits: UPLOAD_LIMITS });
  try {
    return await prepareImport(deps, userId, { readings, source, ...zone, unmatched });
  } catch (error) {
    if (!(error instanceof ArchiveError)) throw error;
    throw new CuepointError('invalid_request', `The file cannot be read (${error.reason}).`, {
      field: 'body',
      cause: error,
    });
  }
}

/** Before anything is written: an import that stops half-way is none. [SEC3] [REG3] */
async function requireRows(
  { repository, quota }: WriteDeps,
  userId: string,
  { ops }: Plan,
): Promise<void> {
  const { rowsMax } = quota;
  const counted = ops.filter(
    (op) => op.kind === 'register.set' && !UNCOUNTED_REGISTERS.includes(op.register),
  ).length;
  const registers = await repository.countRegisters(userId, REGISTERS_PER_USER_MAX);
  if (counted > 0 && registers + counted > REGISTERS_PER_USER_MAX) {
    throw new CuepointError('quota_exceeded', 'The user has no room for what the file tells.', {
      limit: { name: 'registersPerUser', value: REGISTERS_PER_USER_MAX },
    });
  }
  if (rowsMax === 0 || (await repository.countRows(userId, rowsMax)) + ops.length <= rowsMax)
    return;
  throw new CuepointError('quota_exceeded', 'The user has no room for what the file tells.', {
    limit: { name: 'rowsPerUser', value: rowsMax },
  });
}

function reportOf({ lines, skipped, files, ops }: Plan): Static<typeof ImportReportSchema> {
  const outcomes: Record<string, number> = {};
  const shown: Static<typeof ImportReportSchema>['shown'] = [];
  for (const { file, line, outcome, work } of lines) {
    outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    if (work === undefined || shown.length >= SHOWN_MAX) continue;
    const title = work.series?.title ?? work.title;
    shown.push({ file, line, outcome, ...(title === undefined ? {} : { title }) });
  }
  for (const { file, line, fate, reason } of skipped) {
    outcomes[fate] = (outcomes[fate] ?? 0) + 1;
    if (fate !== 'unreadable' || shown.length >= SHOWN_MAX) continue;
    shown.push({ file, line, outcome: fate, reason });
  }
  return {
    lines: lines.length + skipped.length,
    outcomes,
    changes: ops.length,
    files: files.flatMap((one) => {
      if (one.fate === 'read') return [];
      const reason = one.fate === 'incomplete' ? one.detail : one.reason;
      return [{ file: one.file, fate: one.fate, reason }];
    }),
    shown,
  };
}
