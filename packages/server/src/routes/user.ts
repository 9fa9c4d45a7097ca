import { Readable } from 'node:stream';
import { packFiles } from '@cuepoint/files';
import type { SyncRepository } from '@cuepoint/store';
import { Type } from 'typebox';
import { callerOf } from '../auth/authenticate.ts';
import { encodeExport } from '../export/encode-export.ts';
import { readPersonRecords } from '../export/person-records.ts';
import { EXPORT_FORMATS, writeFormat } from '../export/write-format.ts';
import { requireZone } from '../imports/require-zone.ts';
import { createExportSlots } from '../export/export-slots.ts';
import { inPieces } from '../export/in-pieces.ts';
import { textOf, withProblems } from '../schemas/answers.ts';
import type { RouteApp } from './route-app.ts';

export interface UserRouteDeps {
  readonly repository: Pick<SyncRepository, 'exportUser' | 'eraseUser' | 'readContents'>;
  /** Told once nothing is left. */
  readonly onErased: (userId: string) => void;
  /** The wall clock, in ms since the epoch. */
  readonly now: () => number;
}

const tags = ['user'];

const ExportQuerySchema = Type.Object(
  {
    format: Type.Optional(
      Type.Enum([...EXPORT_FORMATS], { description: 'The program that is to read it.' }),
    ),
    zone: Type.Optional(
      Type.String({
        maxLength: 64,
        description:
          'Of the person, as `Europe/Berlin`: for forms that have days alone. Default UTC.',
      }),
    ),
  },
  { additionalProperties: false },
);

export function addUserRoutes(app: RouteApp, { repository, onErased, now }: UserRouteDeps): void {
  const exports = createExportSlots();
  app.route({
    method: 'GET',
    url: '/export',
    schema: {
      operationId: 'exportUser',
      summary: 'Everything stored of the user, as JSON lines',
      description:
        'The first line names the format, the last counts the lines between: without it the export was ' +
        'cut short. `cuepoint import` reads it. With `format` an archive of files that another program reads.',
      tags,
      querystring: ExportQuerySchema,
      response: withProblems({
        200: {
          description: 'JSON lines, or an archive of files.',
          content: {
            ...textOf('application/jsonl', '').content,
            ...textOf('application/zip', '').content,
          },
        },
      }),
    },
    handler: async (request, reply) => {
      const { userId } = callerOf(request);
      const { format, zone = 'UTC' } = request.query;
      const leave = exports.enter(userId);
      if (format !== undefined) {
        try {
          const records = await readPersonRecords(repository, userId);
          const { files } = writeFormat(format, records, requireZone(zone));
          const archive = await packFiles(files);
          return await reply
            .type('application/zip')
            .header('content-disposition', `attachment; filename="cuepoint-${format}.zip"`)
            .send(Buffer.from(archive));
        } finally {
          leave();
        }
      }
      const records = await begin(repository.exportUser(userId)).catch((error: unknown) => {
        leave();
        throw error;
      });
      const body = Readable.from(inPieces(encodeExport(userId, records)));
      body.once('close', leave);
      return reply
        .type('application/jsonl')
        .header('content-disposition', 'attachment; filename="cuepoint-export.jsonl"')
        .send(body);
    },
  });

  app.route({
    method: 'DELETE',
    url: '/user',
    schema: {
      operationId: 'eraseUser',
      summary: 'Erases everything stored of the user, for good',
      tags,
      response: withProblems({ 204: Type.Null({ description: 'Nothing is left.' }) }),
    },
    handler: async (request, reply) => {
      const { userId } = callerOf(request);
      await repository.eraseUser(userId, now());
      onErased(userId);
      return reply.code(204).send();
    },
  });
}

/** Reads up to the first item, so that what fails at once is an answer and not a torn one. */
async function begin<Item>(items: AsyncIterable<Item>): Promise<AsyncIterable<Item>> {
  const iterator = items[Symbol.asyncIterator]();
  const first = await iterator.next();
  async function* all(): AsyncGenerator<Item> {
    try {
      for (let next = first; next.done !== true; next = await iterator.next()) yield next.value;
    } finally {
      await iterator.return?.();
    }
  }
  return all();
}
