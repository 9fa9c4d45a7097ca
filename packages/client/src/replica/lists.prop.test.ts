import * as fc from 'fast-check';
import { expect, it } from 'vitest';
import { CONTENT_IDS } from '../../../core/src/testing/op-arbitraries.ts';
import { createProgress } from '../progress.ts';
import { FakeEnvironment } from '../testing/fake-environment.ts';
import { FakeStorage } from '../testing/fake-storage.ts';
import { ReplicaHistory, steps } from '../testing/replica-history.ts';
import { createWatchlist } from '../watchlist.ts';
import { ReplicaStore } from './replica-store.ts';
import { progressItem, watchlistItem } from './view.ts';

const PLACE = { namespace: 'ada|', userId: 'ada', isNobodys: false, below: undefined };
const NOBODY = { namespace: 'nobody|', userId: undefined, isNobodys: true, below: undefined };

async function setup() {
  const environment = new FakeEnvironment();
  const storage = new FakeStorage();
  const store = await ReplicaStore.open(
    { storage, environment, deviceId: 'tv', nobody: NOBODY },
    PLACE,
    1_000,
  );
  const writable = {
    store,
    deviceId: 'tv',
    uuid: environment.uuid,
    monotonic: environment.monotonic,
    write: () => undefined,
  };
  const progress = createProgress(writable);
  const watchlist = createWatchlist(writable, environment.uuid);
  return { store, history: new ReplicaHistory(() => store.replica), progress, watchlist };
}

/** Everything, looked at and sorted anew. */
function fromScratch<Item extends { readonly contentId: string }>(
  read: (contentId: string) => Item | undefined,
  timeOf: (item: Item) => number,
): Item[] {
  return CONTENT_IDS.flatMap((contentId) => read(contentId) ?? []).sort(
    (a, b) => timeOf(b) - timeOf(a) || (a.contentId < b.contentId ? -1 : 1),
  );
}

it(
  '[SDK1] [SDK8] lists are what the whole replica gives, after whatever was written, answered, refused and read anew',
  { timeout: 120_000 },
  async () => {
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(fc.constantFrom('read', 'ask', 'pass', 'reload', 'wipe', 'otherTab'), {
          minLength: 30,
          maxLength: 30,
        }),
        async (taken, looks) => {
          const { store, history, progress, watchlist } = await setup();
          for (const [index, step] of taken.entries()) {
            const look = looks[index];
            const change = history.changeOf(step);
            if (change !== undefined) {
              if (look === 'otherTab') store.applyOfOtherTab(change, PLACE.namespace);
              else void store.commit(change);
            }
            if (look === 'pass') continue;
            if (look === 'reload') await store.reload();
            if (look === 'wipe') await store.wipe();
            for (const contentId of look === 'ask' ? CONTENT_IDS : []) {
              expect(progress.get(contentId)).toEqual(progressItem(store.replica, contentId));
              const isListed = watchlistItem(store.replica, contentId) !== undefined;
              expect(watchlist.has(contentId)).toBe(isListed);
            }
            const all = fromScratch(
              (contentId) => progressItem(store.replica, contentId),
              ({ engagedAtMs }) => engagedAtMs,
            );
            expect(progress.list()).toEqual(all);
            const listed = fromScratch(
              (contentId) => watchlistItem(store.replica, contentId),
              ({ addedAtMs }) => addedAtMs,
            );
            expect(watchlist.list()).toEqual(listed);
            expect(watchlist.size).toBe(listed.length);
          }
          store.close();
        },
      ),
      { numRuns: 300 },
    );
  },
);
