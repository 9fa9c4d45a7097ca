import type { FastifyReply, FastifyRequest } from 'fastify';
import { bodyOf } from '../http/take-bodies.ts';
import { notFound, TraktError } from '../http/trakt-error.ts';
import { numberOf, type Fields } from '../items/fields.ts';
import type { Media } from '../items/media.ts';
import { readItem, workOf, type AskedItem } from '../items/read-item.ts';
import type { TraktScope } from '../plugin.ts';
import type { TraktCaller, TraktPorts } from '../ports.ts';
import { createKnownItems } from '../scrobble/known-items.ts';
import { traktDate } from '../scrobble/dates.ts';
import type { PercentOutcome } from '../scrobble/place-ports.ts';

/** From here on a stop means that it was seen. */
const SEEN_PERCENT = 80;
/** Below it nothing was watched yet. */
const BEGUN_PERCENT = 1;

const STATES = { start: 'playing', pause: 'paused', stop: 'stopped' } as const;
type Action = keyof typeof STATES;

/** What plays, and how far it is. [TRK3] [TRK4] */
export function addScrobbleRoutes(scope: TraktScope): void {
  const { app, ports, callerOf } = scope;
  const known = createKnownItems({ ...scope, repository: ports.repository, now: ports.now });

  for (const action of ['start', 'pause', 'stop'] as const) {
    app.route({
      method: 'POST',
      url: `/scrobble/${action}`,
      handler: async (request, reply) => {
        const asked = readPlayed(request);
        const told = readProgress(bodyOf(request));
        // A live stream goes past its end, and ends nothing by that.
        const isOver = told > 100;
        const progress = Math.min(told, 100);
        if (action !== 'start' && progress < BEGUN_PERCENT) {
          throw new TraktError(422, 'invalid_progress', 'Below 1 % nothing was watched yet.');
        }
        const caller = callerOf(request);
        const isEnded = action === 'stop' && !isOver && progress >= SEEN_PERCENT;
        const item = await known.find(caller.userId, asked);
        if (item === undefined) {
          await keepUnknown(ports, caller, asked, isEnded);
          throw unknownItem();
        }
        let { lengthSeconds } = item;
        if (!isOver) {
          const { contentId, said } = item;
          const place = { contentId, lengthSeconds, said, percent: progress, isEnded };
          const report = { ...place, state: STATES[action] };
          lengthSeconds = requireStored(await ports.places.report(caller, report));
        }
        const media = await known.settle(caller.userId, asked, { ...item, lengthSeconds });
        return reply.code(201).send({
          id: action === 'start' ? 0 : numberOfMedia(media),
          action: actionOf(action, isEnded),
          progress,
          ...bodyOfMedia(media),
        });
      },
    });
  }

  app.route({
    method: 'POST',
    url: '/checkin',
    handler: async (request, reply) => {
      const asked = readPlayed(request);
      const caller = callerOf(request);
      const item = await known.find(caller.userId, asked);
      if (item === undefined) {
        await keepUnknown(ports, caller, asked, true);
        throw unknownItem();
      }
      const { contentId, lengthSeconds, said } = item;
      const seen = { contentId, lengthSeconds, said, percent: 100, isEnded: true } as const;
      requireStored(await ports.places.report(caller, { ...seen, state: 'stopped' }));
      const media = await known.settle(caller.userId, asked, item);
      return reply.code(201).send({
        id: numberOfMedia(media),
        watched_at: traktDate(ports.now()),
        sharing: { twitter: false, mastodon: false, tumblr: false },
        ...bodyOfMedia(media),
      });
    },
  });

  // A check-in is stored at once: there is nothing under way that could be taken back.
  app.route({
    method: 'DELETE',
    url: '/checkin',
    handler: async (_request, reply: FastifyReply) => reply.code(204).send(),
  });
}

function readPlayed(request: FastifyRequest): AskedItem {
  const asked = readItem(bodyOf(request));
  if (asked?.type === 'movie' || asked?.type === 'episode') return asked;
  throw unknownItem();
}

/**
 * Asks the person what it is, as of what a media server tells. A percent of what nobody knows the length of is no place, so only a
 * viewing waits. A file outside of a player's library comes as an episode without a number: nobody could say which one it is.
 */
async function keepUnknown(
  { matcher, now }: Pick<TraktPorts, 'matcher' | 'now'>,
  { userId }: TraktCaller,
  asked: AskedItem,
  isEnded: boolean,
): Promise<void> {
  const work = workOf(asked);
  if (work === undefined) return;
  if (work.type === 'episode' && (work.season === undefined || work.episode === undefined)) return;
  const waiting = isEnded ? ({ kind: 'viewing', atMs: now() } as const) : undefined;
  await matcher.keepUnmatched(userId, work, {
    source: 'trakt',
    ...(waiting === undefined ? {} : { waiting }),
  });
}

function unknownItem(): TraktError {
  return notFound('Nothing here is known by that.');
}

/** One that is missing is 0: `trakt.tv` leaves out what is falsy. */
function readProgress(body: Fields): number {
  const given = body['progress'];
  if (given === undefined || given === null) return 0;
  const progress = numberOf(given);
  if (progress !== undefined) return Math.max(progress, 0);
  throw new TraktError(400, 'invalid_request', 'progress is a number from 0 to 100.');
}

/** Never `stop`: Jellyfin's reader fails on it. */
function actionOf(action: Action, isEnded: boolean): 'start' | 'pause' | 'scrobble' {
  if (action === 'start') return 'start';
  return isEnded ? 'scrobble' : 'pause';
}

/** @returns the length that is known of it now. */
function requireStored(outcome: PercentOutcome): number {
  if (outcome.kind === 'stored') return outcome.lengthSeconds;
  const watchedMs = Date.parse(outcome.watchedAt);
  throw new TraktError(409, 'conflict', 'It was scrobbled a moment ago.', {
    watched_at: traktDate(watchedMs),
    expires_at: traktDate(watchedMs + outcome.forSeconds * 1_000),
  });
}

function numberOfMedia(media: Media): number {
  return media.type === 'movie' ? media.movie.ids.trakt : mediaEpisode(media).episode.ids.trakt;
}

function bodyOfMedia(media: Media) {
  if (media.type === 'movie') return { movie: media.movie };
  const { episode, show } = mediaEpisode(media);
  return { episode, show };
}

function mediaEpisode(media: Media): Extract<Media, { type: 'episode' }> {
  if (media.type === 'episode') return media;
  throw new Error('a film or an episode is played');
}
