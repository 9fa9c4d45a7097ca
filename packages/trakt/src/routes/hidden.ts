import { CONTINUE_WATCHING_POLICY, explainContinueWatching, groupOf, isCard } from '@cuepoint/core';
import { addRoute } from '../http/add-route.ts';
import { notFound as missing } from '../http/trakt-error.ts';
import { bodyOf } from '../http/take-bodies.ts';
import { toHiddenItem } from '../lists/items.ts';
import type { TraktScope } from '../plugin.ts';
import type { TraktCaller } from '../ports.ts';
import { seriesOf } from '../reading/library.ts';
import { readSaid, type Listed } from '../reading/paged.ts';
import {
  echoOf,
  mapSome,
  nothingMissing,
  readAskedLists,
  resolveAll,
} from '../writing/asked-lists.ts';
import { keepSaid } from '../writing/keep-said.ts';
import { addList, paramsOf } from './lists-of-person.ts';

/**
 * What is hidden from progress is what was taken off Continue Watching, until the person engages with it again [CW4]. What was
 * dropped is too, and stays dropped; the other sections are this API's own, and hide nothing elsewhere.
 */
const SECTIONS: ReadonlySet<string> = new Set([
  'calendar',
  'progress_watched',
  'progress_watched_reset',
  'progress_collected',
  'recommendations',
  'comments',
  'dropped',
]);
/** Of sections that are this API's own: its keys are `<section>/<content>`. */
export const HIDDEN_KIND = 'x-trakt.hidden';

export function addHiddenRoutes(scope: TraktScope): void {
  const { app, callerOf, media, library } = scope;

  addList(scope, '/users/hidden/:section', async ({ caller: { userId }, params, query }) => {
    const section = requireSection(params['section']);
    const hidden = await readHidden(scope, userId, section);
    const found = await media.mediaOf(
      userId,
      hidden.map(({ contentId }) => contentId),
    );
    const airedOf = await library.aired(userId, seriesOf(found.values()));
    const type = typeof query['type'] === 'string' ? query['type'].replace(/s$/, '') : undefined;
    return hidden.flatMap(({ contentId, atMs }) => {
      const one = found.get(contentId);
      if (one === undefined || one.type === 'episode') return [];
      return type === undefined || type === '' || type === one.type
        ? [toHiddenItem(one, atMs, airedOf)]
        : [];
    });
  });

  addRoute(app, 'POST', '/users/hidden/:section', async (request, reply) => {
    const answer = await change(scope, callerOf(request), {
      section: requireSection(paramsOf(request)['section']),
      body: bodyOf(request),
      value: true,
    });
    void reply.code(201);
    return { added: answer.counts, not_found: answer.notFound };
  });

  addRoute(app, 'POST', '/users/hidden/:section/remove', async (request) => {
    const answer = await change(scope, callerOf(request), {
      section: requireSection(paramsOf(request)['section']),
      body: bodyOf(request),
      value: null,
    });
    return { deleted: answer.counts, not_found: answer.notFound };
  });
}

function requireSection(section: string | undefined): string {
  if (section === undefined || !SECTIONS.has(section)) throw missing('There is no such section.');
  return section;
}

async function readHidden(
  scope: TraktScope,
  userId: string,
  section: string,
): Promise<readonly Listed[]> {
  const { ports } = scope;
  if (section !== 'progress_watched') {
    const own = await readSaid(ports.paged, userId, HIDDEN_KIND);
    return own.flatMap(({ contentId: key, atMs }) =>
      key.startsWith(`${section}/`) ? [{ contentId: key.slice(section.length + 1), atMs }] : [],
    );
  }
  const dismissed = await readSaid(ports.paged, userId, 'dismissed');
  const viewed = await ports.repository.readViewed(
    userId,
    dismissed.map(({ contentId }) => contentId),
  );
  const { state, describe } = viewed;
  const verdicts = explainContinueWatching(
    { state, describe, policy: CONTINUE_WATCHING_POLICY },
    ports.now(),
  );
  // Engaged with since: it is back, and hidden no more. [CW4]
  const back = new Set(
    verdicts.flatMap((verdict) =>
      isCard(verdict) || verdict.hiddenBy !== 'dismissed' ? [verdict.groupId] : [],
    ),
  );
  return dismissed.filter(({ contentId }) => !back.has(groupOf(contentId, describe)));
}

async function change(
  scope: TraktScope,
  caller: TraktCaller,
  {
    section,
    body,
    value,
  }: { section: string; body: ReturnType<typeof bodyOf>; value: true | null },
) {
  const { ports } = scope;
  const entries = readAskedLists(body).filter(({ list }) => list !== 'episodes');
  const resolved = await resolveAll(scope, caller.userId, entries);
  if (value !== null)
    await keepSaid(
      scope,
      caller,
      resolved.flatMap((one) => one?.said ?? []),
    );
  const notFound = nothingMissing();
  const counts = { movies: 0, shows: 0, season: 0, seasons: 0, users: 0 };
  await mapSome([...entries.entries()], async ([index, entry]) => {
    const found = resolved[index];
    if (found === undefined) {
      notFound[entry.list].push(echoOf(entry));
      return;
    }
    const { describe } = await ports.repository.readContents(caller.userId, [found.contentId]);
    const contentId = groupOf(found.contentId, describe);
    if (section === 'progress_watched' || section === 'dropped') {
      await ports.changes.say(caller, 'dismissed', contentId, value);
    }
    if (section !== 'progress_watched') {
      await ports.changes.say(caller, HIDDEN_KIND, `${section}/${contentId}`, value);
    }
    counts[entry.list === 'shows' ? 'shows' : 'movies'] += 1;
  });
  return { counts, notFound: { ...notFound, season: notFound.seasons, users: [] } };
}
