import { Type, type TSchema } from 'typebox';
import { Compile, type Validator } from 'typebox/compile';
import {
  CollectedSchema,
  EmptyListSchema,
  HiddenAddedSchema,
  HiddenItemSchema,
  HiddenRemovedSchema,
  HistoryAddedSchema,
  HistoryRemovedSchema,
  ListAddedSchema,
  ListRemovedSchema,
  RatedSchema,
  RatingItemSchema,
  ReorderedSchema,
  SearchResultSchema,
  SeasonsSchema,
  UncollectedSchema,
  UnratedSchema,
  WatchlistItemSchema,
} from '../answers/lists.ts';
import { AiredShowSchema, EpisodeSchema, MovieSchema } from '../answers/media.ts';
import { LastActivitiesSchema, SettingsSchema, UserSchema } from '../answers/person.ts';
import {
  CheckinSchema,
  DeviceCodeSchema,
  FailureSchema,
  RevokedSchema,
  ScrobbleSchema,
  TokenSchema,
} from '../answers/sign-in.ts';
import {
  HistoryItemSchema,
  PlaybackItemSchema,
  ShowProgressSchema,
  WatchedMovieSchema,
  WatchedShowAloneSchema,
  WatchedShowProgressSchema,
  WatchedShowSchema,
} from '../answers/watched.ts';

/** One answer of this surface, as a client got it. */
export interface Answer {
  readonly method: string;
  /** From the mount on, with its query. */
  readonly path: string;
  readonly status: number;
  /** Parsed; undefined where there was none. */
  readonly body: unknown;
  readonly headers?: Readonly<Record<string, unknown>>;
}

/** What may leave this surface. [TRK5] */
const STATUSES = new Set([200, 201, 204, 400, 401, 403, 404, 405, 409, 420, 422, 429, 500, 503]);
/** And of one that asks whether its code was confirmed, as Trakt has them. */
const POLL_STATUSES = new Set([410, 418]);
const POLL = 'POST /oauth/device/token';

const list = (item: TSchema) => Type.Array(item);
const user = '(?:/sync|/users/[^/]+)';

/** By what is asked for, the first that fits. */
const SCHEMAS: readonly (readonly [pattern: RegExp, schema: TSchema])[] = [
  [/^POST \/oauth\/device\/code$/, DeviceCodeSchema],
  [/^POST \/oauth\/(?:device\/)?token$/, TokenSchema],
  [/^POST \/oauth\/revoke$/, RevokedSchema],
  [/^POST \/scrobble\/(?:start|pause|stop)$/, ScrobbleSchema],
  [/^POST \/checkin$/, CheckinSchema],
  [/^GET \/sync\/playback(?:\/|$|\?)/, list(PlaybackItemSchema)],
  [/^GET \/sync\/last_activities$/, LastActivitiesSchema],
  [/^GET \/users\/settings$/, SettingsSchema],
  [
    /^GET \/users\/(?:likes|[^/]+\/(?:lists|likes|collection|comments|recommendations)(?:\/|$))/,
    EmptyListSchema,
  ],
  [/^GET \/(?:sync\/collection|recommendations)\//, EmptyListSchema],
  [new RegExp(`^GET ${user}/watched/movies`), list(WatchedMovieSchema)],
  [new RegExp(`^GET ${user}/watched/shows\\?.*(?:noseasons|min)`), list(WatchedShowAloneSchema)],
  [new RegExp(`^GET ${user}/watched/shows\\?.*progress`), list(WatchedShowProgressSchema)],
  [new RegExp(`^GET ${user}/watched/shows`), list(WatchedShowSchema)],
  [new RegExp(`^GET ${user}/history`), list(HistoryItemSchema)],
  [new RegExp(`^GET ${user}/(?:watchlist|favorites)`), list(WatchlistItemSchema)],
  [new RegExp(`^GET ${user}/ratings`), list(RatingItemSchema)],
  [/^GET \/users\/hidden\//, list(HiddenItemSchema)],
  [/^GET \/users\/[^/?]+(?:\?|$)/, UserSchema],
  [/^POST \/users\/hidden\/[^/]+\/remove$/, HiddenRemovedSchema],
  [/^POST \/users\/hidden\//, HiddenAddedSchema],
  [/^POST \/sync\/history\/remove$/, HistoryRemovedSchema],
  [/^POST \/sync\/history$/, HistoryAddedSchema],
  [/^POST \/sync\/(?:watchlist|favorites)\/remove$/, ListRemovedSchema],
  [/^POST \/sync\/(?:watchlist|favorites)\/reorder$/, ReorderedSchema],
  [/^POST \/sync\/(?:watchlist|favorites)$/, ListAddedSchema],
  [/^POST \/sync\/ratings\/remove$/, UnratedSchema],
  [/^POST \/sync\/ratings$/, RatedSchema],
  [/^POST \/sync\/collection\/remove$/, UncollectedSchema],
  [/^POST \/sync\/collection$/, CollectedSchema],
  [/^GET \/search\//, list(SearchResultSchema)],
  [/^GET \/shows\/[^/]+\/progress\/(?:watched|collection)/, ShowProgressSchema],
  [/^GET \/shows\/[^/]+\/seasons\/\d+\/episodes\/\d+(?:\?|$)/, EpisodeSchema],
  [/^GET \/shows\/[^/]+\/seasons\/\d+(?:\?|$)/, list(EpisodeSchema)],
  [/^GET \/shows\/[^/]+\/seasons(?:\?|$)/, SeasonsSchema],
  [/^GET \/shows\/[^/?]+(?:\?|$)/, AiredShowSchema],
  [/^GET \/movies\/[^/?]+(?:\?|$)/, MovieSchema],
];

const validators = new Map<TSchema, Validator>();

/**
 * What is wrong with an answer by the tables of Trakt's clients: its status, its body, or a path that has no schema. Empty where
 * nothing is. [TRK5] [TRK6]
 */
export function answerFaults({ method, path, status, body, headers = {} }: Answer): string[] {
  const asked = `${method} ${path}`;
  if (!STATUSES.has(status) && !(asked === POLL && POLL_STATUSES.has(status))) {
    return [`${asked}: ${status} is no status of this surface`];
  }
  const faults = headerFaults(headers, body).map((fault) => `${asked}: ${fault}`);
  if (status >= 400) return [...faults, ...schemaFaults(asked, FailureSchema, body)];
  if (status === 204) {
    const isRight = method === 'DELETE' && body === undefined;
    return isRight ? faults : [...faults, `${asked}: 204 is of a DELETE alone`];
  }
  const schema = SCHEMAS.find(([pattern]) => pattern.test(asked))?.[1];
  if (schema === undefined) return [...faults, `${asked}: has no schema`];
  return [...faults, ...schemaFaults(asked, schema, body)];
}

function headerFaults(headers: Readonly<Record<string, unknown>>, body: unknown): string[] {
  const { 'retry-after': retryAfter, 'content-type': type } = headers;
  const isWhole = retryAfter === undefined || /^\d+$/.test(retryAfter as string);
  const isJson =
    body === undefined || type === undefined || (type as string).startsWith('application/json');
  return [...(isWhole ? [] : ['Retry-After']), ...(isJson ? [] : ['Content-Type'])];
}

function schemaFaults(asked: string, schema: TSchema, body: unknown): string[] {
  const validator = validators.get(schema) ?? Compile(schema);
  validators.set(schema, validator);
  if (validator.Check(body)) return [];
  return [...validator.Errors(body)].map(
    ({ instancePath, message }) => `${asked}: ${instancePath} ${message}`,
  );
}
