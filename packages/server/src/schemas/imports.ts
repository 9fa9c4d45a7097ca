import { SOURCE_NAMES } from '@cuepoint/files';
import { Type } from 'typebox';
import { InstantSchema } from './answers.ts';

const closed = { additionalProperties: false } as const;
const NAME_LENGTH_MAX = 255;
const WORD_LENGTH_MAX = 128;

export const ImportQuerySchema = Type.Object(
  {
    source: Type.Enum([...SOURCE_NAMES], { description: 'The program that the file is of.' }),
    file: Type.String({
      minLength: 1,
      maxLength: NAME_LENGTH_MAX,
      description: 'Its name: a lone CSV is known by it.',
    }),
    dryRun: Type.Optional(
      Type.Enum(['true', 'false'], {
        description: 'true: says what would become of each line, and writes nothing.',
      }),
    ),
    unmatched: Type.Optional(
      Type.Enum(['show', 'keep'], {
        description: 'keep: works that nothing here has the name of are kept under their name.',
      }),
    ),
    zone: Type.Optional(
      Type.String({
        maxLength: WORD_LENGTH_MAX,
        description: 'Of the person, as `Europe/Berlin`: on which day a moment was.',
      }),
    ),
    dates: Type.Optional(
      Type.Enum(['day-first', 'month-first'], {
        description: 'How the file writes its dates, where no line decides.',
      }),
    ),
    list: Type.Optional(
      Type.Enum(['watchlist', 'watched'], { description: 'What a lone list of Letterboxd is.' }),
    ),
    person: Type.Optional(
      Type.String({
        maxLength: WORD_LENGTH_MAX,
        description: 'Whose rows, where several are in it.',
      }),
    ),
    password: Type.Optional(
      Type.String({ maxLength: WORD_LENGTH_MAX, description: 'Of an archive that is encrypted.' }),
    ),
  },
  closed,
);

const LineSchema = Type.Object({
  file: Type.String(),
  line: Type.Integer({ description: 'From 1.' }),
  outcome: Type.String({
    description:
      'added, changed, already_there, unmatched, ambiguous, no_viewing, not_kept, ignored or unreadable.',
  }),
  reason: Type.Optional(Type.String()),
  title: Type.Optional(Type.String({ description: 'What the line calls its work.' })),
});

export const ImportReportSchema = Type.Object({
  importId: Type.Optional(
    Type.String({ description: 'Of what was written: it can be taken back.' }),
  ),
  lines: Type.Integer({ description: 'Of all files that were read.' }),
  outcomes: Type.Record(Type.String(), Type.Integer(), {
    description: 'Lines by what becomes of them: they add up to all lines.',
  }),
  changes: Type.Integer({ description: 'What is written, or would be.' }),
  files: Type.Array(
    Type.Object({
      file: Type.String(),
      fate: Type.String({ description: 'ignored, unreadable or incomplete.' }),
      reason: Type.Optional(Type.String()),
    }),
    { description: 'Files that were not read as a whole.' },
  ),
  shown: Type.Array(LineSchema, { description: 'The first lines that ask for a look.' }),
});

export const ImportEntrySchema = Type.Object({
  importId: Type.String(),
  source: Type.String(),
  file: Type.String(),
  at: InstantSchema,
  state: Type.Enum(['running', 'done', 'undone']),
  changes: Type.Integer(),
});

export const ImportParamsSchema = Type.Object({
  importId: Type.String({ pattern: '^[a-z-]{1,32}\\.[0-9a-f]{8}$' }),
});
