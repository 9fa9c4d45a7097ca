import {
  ContentIdSchema,
  contentFactsFields,
  DateSchema,
  DeviceIdSchema,
  PlayIdSchema,
  SecondsSchema,
  SourceSchema,
  TimestampSchema,
} from '@cuepoint/core';
import { LIST_LIMIT_MAX } from '@cuepoint/store';
import { Type } from 'typebox';
import { CARDS_DEFAULT, CARDS_MAX, LIST_LIMIT_DEFAULT } from '../limits.ts';
import { ResultSchema } from './answers.ts';

const closed = { additionalProperties: false } as const;

export const GroupParamsSchema = Type.Object({ groupId: ContentIdSchema });
export const SeriesParamsSchema = Type.Object({ seriesId: ContentIdSchema });
/** Checked by the table of kinds, which says more. */
export const RegisterParamsSchema = Type.Object({ kind: Type.String(), key: Type.String() });
export const RegisterKindParamsSchema = Type.Object({ kind: Type.String() });
export const PlayParamsSchema = Type.Object({ playId: PlayIdSchema });

export const ContinueWatchingQuerySchema = Type.Object(
  {
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: CARDS_MAX,
        description: `Cards at most; default ${CARDS_DEFAULT}.`,
      }),
    ),
    explain: Type.Optional(
      Type.Enum(['true', 'false'], {
        description: 'true: with the rule behind each card, and what is hidden, and by what.',
      }),
    ),
  },
  closed,
);

const judgedFields = {
  groupId: ContentIdSchema,
  contentId: ContentIdSchema,
  engagedAt: Type.String({
    format: 'date-time',
    description: 'When the person last did something with the group: the order of the list.',
  }),
  changesAt: Type.Optional(
    Type.String({ format: 'date-time', description: 'When this changes by itself.' }),
  ),
  why: Type.Optional(
    Type.Object(
      { rule: Type.String() },
      { description: 'With explain: the rule that decided, and what it went by.' },
    ),
  ),
};

export const CardSchema = Type.Object(
  {
    ...judgedFields,
    reason: Type.Enum(['in_progress', 'next_episode', 'new_episode', 'rewatch']),
    isRewatch: Type.Boolean({
      description: 'Watched before, or of a series that is watched again.',
    }),
    positionSeconds: SecondsSchema,
    durationSeconds: SecondsSchema,
    content: Type.Optional(
      Type.Object(contentFactsFields, { description: 'What is known of the content.' }),
    ),
  },
  { description: 'What a group goes on with.' },
);

export const HiddenGroupSchema = Type.Object(
  {
    ...judgedFields,
    hiddenBy: Type.Enum(['dismissed', 'watched', 'not_begun', 'not_released', 'live']),
  },
  { description: 'A group that is on no card, and why.' },
);

export const ContinueWatchingSchema = Type.Object(
  {
    items: Type.Array(CardSchema, { description: 'The latest engaged first.' }),
    isTruncated: Type.Boolean({
      description:
        'True where the user did more than was looked at, and older groups may be missing.',
    }),
    hidden: Type.Optional(
      Type.Array(HiddenGroupSchema, {
        description: 'With explain: groups that are engaged with as late as those on the cards.',
      }),
    ),
  },
  { description: 'What the user goes on with.' },
);

export const UpNextSchema = Type.Union([CardSchema, HiddenGroupSchema], {
  description: 'What a series goes on with, or why it does not.',
});

export const DismissalSchema = Type.Object(
  { result: ResultSchema, groupId: ContentIdSchema },
  { description: 'What became of it.' },
);

export const RegisterBodySchema = Type.Object(
  {
    value: Type.Unknown({
      description:
        'At most 4,096 bytes of JSON and 8 levels deep, in the form of its kind. null clears.',
    }),
  },
  closed,
);

export const RegisterSchema = Type.Object(
  {
    kind: Type.String(),
    key: Type.String(),
    value: Type.Unknown(),
    timestamp: TimestampSchema,
    claim: Type.Optional(TimestampSchema),
    deviceId: DeviceIdSchema,
  },
  { description: 'What the user said of one key.' },
);

export const RegisterWriteSchema = Type.Object(
  {
    result: ResultSchema,
    kind: Type.String(),
    key: Type.String(),
    value: Type.Unknown(),
    timestamp: Type.Optional(TimestampSchema),
  },
  { description: 'What became of the write.' },
);

export const WatchedBodySchema = Type.Object(
  {
    at: Type.Optional(
      Type.Union([DateSchema, Type.Null()], {
        description: 'When it was watched; null where nobody knows. Left out: now.',
      }),
    ),
  },
  closed,
);

export const WatchedWriteSchema = Type.Object(
  {
    result: ResultSchema,
    contentId: ContentIdSchema,
    at: Type.Optional(Type.Union([DateSchema, Type.Null()])),
  },
  { description: 'What became of the mark.' },
);

export const HistoryQuerySchema = Type.Object(
  {
    from: Type.Optional(Type.String({ description: 'From this instant or day on.' })),
    to: Type.Optional(
      Type.String({ description: 'Before this instant, or to the end of this day.' }),
    ),
    contentId: Type.Optional(ContentIdSchema),
    limit: Type.Optional(
      Type.Integer({
        minimum: 1,
        maximum: LIST_LIMIT_MAX,
        description: `Items on the page; default ${LIST_LIMIT_DEFAULT}.`,
      }),
    ),
    cursor: Type.Optional(Type.String()),
  },
  closed,
);

export const PlayBodySchema = Type.Object(
  {
    contentId: ContentIdSchema,
    watchedAt: Type.Optional(
      Type.Union([DateSchema, Type.Null()], {
        description:
          'When it was watched: an instant or a day; null where nobody knows. Left out: now.',
      }),
    ),
    playId: Type.Optional(PlayIdSchema),
    playbackId: Type.Optional({
      ...ContentIdSchema,
      description: 'The same for each report of one playback: the id of the play is made of it.',
    }),
    source: Type.Optional(SourceSchema),
  },
  closed,
);

export const ViewingSchema = Type.Object(
  {
    playId: PlayIdSchema,
    contentId: ContentIdSchema,
    watchedAt: Type.Union([DateSchema, Type.Null()]),
    source: Type.Union([SourceSchema, Type.Null()]),
    alsoIds: Type.Array(PlayIdSchema, {
      description: 'Other plays that tell of the same viewing.',
    }),
  },
  { description: 'One viewing.' },
);

export const PlayWriteSchema = Type.Object(
  {
    result: ResultSchema,
    playId: PlayIdSchema,
    contentId: ContentIdSchema,
    watchedAt: Type.Union([DateSchema, Type.Null()]),
    source: Type.Union([SourceSchema, Type.Null()]),
  },
  { description: 'What became of the play.' },
);

export const PlayRemovalSchema = Type.Object(
  { result: ResultSchema, removedIds: Type.Array(PlayIdSchema) },
  { description: 'The plays that are removed.' },
);
