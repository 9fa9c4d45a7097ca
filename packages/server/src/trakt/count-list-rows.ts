import type { WatchedLists } from '@cuepoint/store';
import type { Rate } from '../service/rate.ts';

/** The same lists, which count what they read for whom it is read. [SEC3] */
export function countListRows(lists: WatchedLists, rows: Pick<Rate, 'add'>): WatchedLists {
  async function counted<Row>(userId: string, reading: Promise<readonly Row[]>) {
    const read = await reading;
    rows.add(userId, read.length);
    return read;
  }
  return {
    ...lists,
    readWatched: (userId, names) => counted(userId, lists.readWatched(userId, names)),
    listClosePlays: (userId) => counted(userId, lists.listClosePlays(userId)),
    listUnknownPlayed: (userId) => counted(userId, lists.listUnknownPlayed(userId)),
    listPlays: (userId, filter) => counted(userId, lists.listPlays(userId, filter)),
    findPlays: (userId, ranges) => counted(userId, lists.findPlays(userId, ranges)),
    async readSeriesEpisodes(userId, seriesIds) {
      const read = await lists.readSeriesEpisodes(userId, seriesIds);
      let episodes = 0;
      for (const inSeries of read.values()) episodes += inSeries.length;
      rows.add(userId, episodes);
      return read;
    },
  };
}
