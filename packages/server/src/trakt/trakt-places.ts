import type { SyncRepository } from '@cuepoint/store';
import {
  percentIn,
  type StoredPercent,
  type StoredPosition,
  type TraktPlaces,
} from '@cuepoint/trakt';
import { PERCENT_REGISTER, reportPercent } from '../writes/report-percent.ts';
import { clearProgress } from '../writes/set-progress.ts';
import { setRegister } from '../writes/set-register.ts';
import type { WriteDeps } from '../writes/write-deps.ts';
import type { UserRates } from '../service/user-rates.ts';

const SOURCE = 'trakt';
const PAGE = 1_000;
/** Places that one list looks at: more than anybody has begun. */
const PAGES_MAX = 20;

/** Places of people, in seconds and in percent, as Trakt's API asks for them. */
export function createTraktPlaces(
  deps: WriteDeps & { readonly rates: Pick<UserRates, 'rows'> },
): TraktPlaces {
  const { repository } = deps;
  return {
    report: ({ userId, deviceId }, report) =>
      reportPercent(deps, { ...report, userId, deviceId, source: SOURCE }),

    async forget({ userId, deviceId }, contentId) {
      const [context, percent] = await Promise.all([
        repository.readWriteContext(userId, contentId),
        repository.readRegister(userId, PERCENT_REGISTER, contentId),
      ]);
      const hasPosition = context.progress !== undefined && context.progress.value !== null;
      const hasPercent = percent !== undefined && percent.value !== null;
      if (hasPosition) await clearProgress(deps, { userId, deviceId, contentId });
      if (hasPercent) {
        const register = { kind: PERCENT_REGISTER, key: contentId, value: null };
        await setRegister(deps, { userId, deviceId, ...register });
      }
      return hasPosition || hasPercent;
    },

    positions: (userId, sinceMs) => readPositions(repository, userId, sinceMs),
    percents: (userId) => readPercents(repository, userId),
  };
}

async function readPositions(
  repository: Pick<SyncRepository, 'listProgress'>,
  userId: string,
  sinceMs: number,
): Promise<readonly StoredPosition[]> {
  const found: StoredPosition[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { items, nextCursor } = await repository.listProgress(userId, {
      status: 'in_progress',
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    found.push(...items.filter(({ updatedAtMs }) => updatedAtMs >= sinceMs));
    const last = items.at(-1);
    if (nextCursor === undefined || (last !== undefined && last.updatedAtMs < sinceMs)) break;
    after = nextCursor;
  }
  return found;
}

async function readPercents(
  repository: Pick<SyncRepository, 'readRegisters'>,
  userId: string,
): Promise<readonly StoredPercent[]> {
  const found: StoredPercent[] = [];
  let after: string | undefined;
  for (let page = 0; page < PAGES_MAX; page += 1) {
    const { items, nextCursor } = await repository.readRegisters(userId, {
      kind: PERCENT_REGISTER,
      limit: PAGE,
      ...(after === undefined ? {} : { after }),
    });
    for (const { key: contentId, value, stamp, updatedAtMs } of items) {
      const percent = percentIn(value);
      if (percent !== undefined) found.push({ contentId, percent, stamp, updatedAtMs });
    }
    if (nextCursor === undefined) break;
    after = nextCursor;
  }
  return found;
}
