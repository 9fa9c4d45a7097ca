import { Type, type Static } from 'typebox';
import { DATE_PATTERN, readDate } from './dates.ts';
import { SECONDS_MAX } from './ids.ts';
import { ContentIdSchema, SecondsSchema } from './wire-op.ts';

export const CONTENT_TYPES = ['movie', 'series', 'episode', 'video', 'audio', 'live'] as const;
export type ContentType = (typeof CONTENT_TYPES)[number];

const YEAR_MAX = 9_999;
const NUMBER_MAX = 1_000_000;
const TITLE_LENGTH_MAX = 300;
const OTHER_ID_LENGTH_MAX = 128;

const OtherIdSchema = Type.String({
  pattern: `^[^\\p{Cc}\\p{Cs}]{1,${OTHER_ID_LENGTH_MAX}}$`,
  description: `1 to ${OTHER_ID_LENGTH_MAX} code points, no control characters.`,
});
const OtherNumberSchema = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });

/** What other catalogues call it. For people and other programs: only an alias makes two ids one. */
const OtherIdsSchema = Type.Object(
  {
    imdb: Type.Optional(OtherIdSchema),
    tmdb: Type.Optional(OtherNumberSchema),
    tvdb: Type.Optional(OtherNumberSchema),
    trakt: Type.Optional(OtherNumberSchema),
    slug: Type.Optional(OtherIdSchema),
  },
  { additionalProperties: false, description: 'Its ids elsewhere.' },
);

/** The fields of {@link ContentFacts}, for schemas that hold more. */
export const contentFactsFields = {
  type: Type.Enum([...CONTENT_TYPES]),
  title: Type.Optional(
    Type.String({
      pattern: `^[^\\p{Cc}\\p{Cs}]{1,${TITLE_LENGTH_MAX}}$`,
      description: `1 to ${TITLE_LENGTH_MAX} code points, no control characters.`,
    }),
  ),
  year: Type.Optional(Type.Integer({ minimum: 0, maximum: YEAR_MAX })),
  seriesId: Type.Optional({
    ...ContentIdSchema,
    description: 'The content that is its series. A series has none.',
  }),
  season: Type.Optional(
    Type.Integer({ minimum: 0, maximum: NUMBER_MAX, description: '0: a special.' }),
  ),
  episode: Type.Optional(Type.Integer({ minimum: 0, maximum: NUMBER_MAX })),
  durationSeconds: Type.Optional(SecondsSchema),
  creditsStartSeconds: Type.Optional(
    Type.Integer({ minimum: 1, maximum: SECONDS_MAX, description: 'Where the credits begin.' }),
  ),
  releasedAt: Type.Optional(
    Type.String({
      pattern: DATE_PATTERN,
      description:
        'A day, or an instant with its zone as RFC 3339 has it. Before it the content is not out.',
    }),
  ),
  ids: Type.Optional(OtherIdsSchema),
};

/** What is known of a content: by the catalogue, by the app, or by a user's device. */
export const ContentFactsSchema = Type.Object(contentFactsFields, {
  additionalProperties: false,
  description: 'What is known of a content.',
});
export type ContentFacts = Readonly<Static<typeof ContentFactsSchema>>;

/**
 * What no schema sees: a day that no calendar has, and a series that is in a series or in itself.
 *
 * @returns the field that is wrong.
 */
export function faultOfFacts(contentId: string, facts: ContentFacts): string | undefined {
  const { type, seriesId, releasedAt } = facts;
  if (releasedAt !== undefined && readDate(releasedAt) === undefined) return 'releasedAt';
  const isOwnSeries = seriesId !== undefined && (type === 'series' || seriesId === contentId);
  return isOwnSeries ? 'seriesId' : undefined;
}
