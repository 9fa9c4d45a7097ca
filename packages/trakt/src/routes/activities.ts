import { addRoute } from '../http/add-route.ts';
import { toLastActivities } from '../lists/activities.ts';
import type { TraktScope } from '../plugin.ts';
import { HIDDEN_KIND } from './hidden.ts';

/** What stands where nothing ever changed: no date of this answer is null. */
const SINCE_MS = Date.UTC(2020, 0, 1);

/** When what changed last: clients ask for it before they ask for anything else. */
export function addActivityRoutes({ app, ports, callerOf }: TraktScope): void {
  addRoute(app, 'GET', '/sync/last_activities', async (request) => {
    const { playedMs, pausedMs, watchlistedMs, markedMs, saidMs } =
      await ports.lists.readLastChanges(callerOf(request).userId);
    return toLastActivities(
      {
        watchedMs: laterOf(playedMs, markedMs),
        pausedMs,
        watchlistedMs,
        ratedMs: saidMs.get('rating'),
        favoritedMs: saidMs.get('favorite'),
        hiddenMs: laterOf(saidMs.get('dismissed'), saidMs.get(HIDDEN_KIND)),
      },
      SINCE_MS,
    );
  });
}

function laterOf(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.max(a, b);
}
