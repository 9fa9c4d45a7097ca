import { Type } from 'typebox';
import { CountSchema, DateSchema, ProgressSchema, strict } from './forms.ts';
import { EpisodeSchema, MovieSchema, ShowSchema } from './media.ts';

export const DeviceCodeSchema = strict({
  device_code: Type.String({ minLength: 1 }),
  user_code: Type.String({ minLength: 1 }),
  verification_url: Type.String({ minLength: 1 }),
  expires_in: Type.Integer({ minimum: 1 }),
  interval: Type.Integer({ minimum: 1 }),
});

const WEEK_SECONDS = 7 * 24 * 60 * 60;
export const TokenSchema = strict({
  access_token: Type.String({ minLength: 1 }),
  token_type: Type.Literal('bearer'),
  /** Less than two days makes a client refresh before each call. [TRK7] */
  expires_in: Type.Integer({ minimum: WEEK_SECONDS }),
  refresh_token: Type.String({ minLength: 1 }),
  scope: Type.Literal('public'),
  created_at: Type.Integer({ minimum: 1_000_000_000, maximum: 9_999_999_999 }),
});

const scrobble = {
  /** 0 for a start. */
  id: CountSchema,
  action: Type.Enum(['start', 'pause', 'scrobble']),
  progress: ProgressSchema,
};
export const ScrobbleSchema = Type.Union([
  strict({ ...scrobble, movie: MovieSchema }),
  strict({ ...scrobble, episode: EpisodeSchema, show: ShowSchema }),
]);

const checkin = {
  id: Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER }),
  watched_at: DateSchema,
  sharing: strict({
    twitter: Type.Literal(false),
    mastodon: Type.Literal(false),
    tumblr: Type.Literal(false),
  }),
};
export const CheckinSchema = Type.Union([
  strict({ ...checkin, movie: MovieSchema }),
  strict({ ...checkin, episode: EpisodeSchema, show: ShowSchema }),
]);

export const RevokedSchema = strict({});

/** Everything that is none of the good answers. */
export const FailureSchema = strict({
  error: Type.String({ minLength: 1 }),
  error_description: Type.String({ minLength: 1 }),
  /** Of a scrobble that was told before: 409. */
  watched_at: Type.Optional(DateSchema),
  expires_at: Type.Optional(DateSchema),
});
