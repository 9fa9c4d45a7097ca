import { contentFactsFields, ContentIdSchema, SourceSchema } from '@cuepoint/core';
import { TITLES_PER_SEARCH_MAX } from '@cuepoint/store';
import { Type } from 'typebox';
import { InstantSchema } from './answers.ts';

const closed = { additionalProperties: false } as const;

const WorkIdSchema = Type.String({
  pattern: '^[A-Za-z0-9_-]{22}$',
  description: 'Of what the work is called: the same wherever it is told of.',
});

const namedFields = {
  ids: Type.Record(Type.String(), Type.Unknown(), { description: 'Its ids elsewhere.' }),
  title: Type.Optional(Type.String()),
  year: Type.Optional(Type.Integer()),
};

/** As it was told, by whoever told it. */
const WorkSchema = Type.Object(
  {
    type: Type.Optional(Type.Enum(['movie', 'series', 'episode'])),
    ...namedFields,
    series: Type.Optional(Type.Object(namedFields)),
    season: Type.Optional(Type.Integer()),
    episode: Type.Optional(Type.Integer()),
  },
  { description: 'What somebody calls a work, in their own words.' },
);

export const UnmatchedSchema = Type.Object(
  {
    workId: WorkIdSchema,
    work: WorkSchema,
    reason: Type.Enum(['unknown', 'ambiguous'], {
      description: 'unknown: nothing here has its name. ambiguous: several contents have it.',
    }),
    source: SourceSchema,
    firstAt: InstantSchema,
    lastAt: InstantSchema,
    waiting: Type.Integer({ description: 'Reports that are applied once it is matched.' }),
  },
  { description: 'A work that was reported and not recognised.' },
);

export const HandMatchSchema = Type.Object(
  { workId: WorkIdSchema, work: WorkSchema, contentId: ContentIdSchema },
  { description: 'What the person said that a work is.' },
);

export const WorkParamsSchema = Type.Object({ workId: WorkIdSchema });
export const MatchBodySchema = Type.Object({ contentId: ContentIdSchema }, closed);
export const MatchWriteSchema = Type.Object({
  workId: WorkIdSchema,
  work: WorkSchema,
  contentId: ContentIdSchema,
  applied: Type.Integer({ description: 'Reports that had waited for it.' }),
});

const QUERY_LENGTH_MAX = 300;
export const TITLES_DEFAULT = 20;

export const TitlesQuerySchema = Type.Object(
  {
    query: Type.String({
      minLength: 1,
      maxLength: QUERY_LENGTH_MAX,
      description: 'Words of a title, the last of which may be begun.',
    }),
    type: Type.Optional(Type.Enum(['movie', 'series'])),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: TITLES_PER_SEARCH_MAX,
        description: `Titles at most; default ${TITLES_DEFAULT}.`,
      }),
    ),
  },
  closed,
);

export const TitleSchema = Type.Object(
  { contentId: ContentIdSchema, ...contentFactsFields },
  { description: 'A film or a series that the catalogue or the person knows.' },
);
