import { ContentIdSchema, contentFactsFields, ERROR_CODES } from '@cuepoint/core';
import { Type } from 'typebox';
import { ALIASES_PER_ENTRY_MAX, CONTENTS_PER_CALL_MAX, CONTENTS_PER_READ_MAX } from '../limits.ts';

const closed = { additionalProperties: false } as const;

export const CatalogueEntrySchema = Type.Object(
  {
    contentId: ContentIdSchema,
    ...contentFactsFields,
    aliases: Type.Optional(
      Type.Array(ContentIdSchema, {
        maxItems: ALIASES_PER_ENTRY_MAX,
        description:
          'All other ids of this content, such as `imdb:tt0111161`, `tmdb:movie:278` or `tvdb:81189`: those that are ' +
          'not here are taken back. Left out: they stay as they are.',
      }),
    ),
  },
  { ...closed, description: 'What is known of a content. It replaces what was known before.' },
);

/** Entries are validated one by one: a bad one is refused in its place and harms no other. */
export const CatalogueBodySchema = Type.Object({ contents: Type.Array(Type.Unknown()) }, closed);

export const DocumentedCatalogueBodySchema = Type.Object(
  { contents: Type.Array(CatalogueEntrySchema, { maxItems: CONTENTS_PER_CALL_MAX }) },
  closed,
);

export const CatalogueWriteSchema = Type.Object(
  {
    changed: Type.Integer({ description: 'Contents that are not as they were.' }),
    rejected: Type.Array(
      Type.Object({
        index: Type.Integer({ description: 'Of the entry in `contents`.' }),
        code: Type.Enum([...ERROR_CODES]),
        field: Type.Optional(Type.String({ description: 'What was wrong in it.' })),
      }),
      { description: 'Entries of which nothing was stored. All others are stored.' },
    ),
  },
  { description: 'What became of the entries.' },
);

export const CatalogueQuerySchema = Type.Object(
  {
    contentId: Type.Array(ContentIdSchema, {
      minItems: 1,
      maxItems: CONTENTS_PER_READ_MAX,
      description: 'Any id of a content. Named once for each: `?contentId=a&contentId=b`.',
    }),
  },
  closed,
);

export const CatalogueContentSchema = Type.Object(
  {
    contentId: ContentIdSchema,
    ...contentFactsFields,
    aliases: Type.Array(ContentIdSchema, { description: 'Its other ids.' }),
  },
  { description: 'What is known of a content, under the id that counts.' },
);

export const CatalogueContentsSchema = Type.Object(
  {
    items: Type.Array(CatalogueContentSchema, {
      description: 'Each content once, also where it was asked for by two of its ids.',
    }),
  },
  { description: 'What is known of these contents; those that nobody knows are left out.' },
);

export const CatalogueEpisodeSchema = Type.Object(
  { contentId: ContentIdSchema, ...contentFactsFields },
  { description: 'A content of a series.' },
);
