import type { ContinueWatchingOptions } from '@cuepoint/client/continue-watching';
import { INVENTED, INVENTED_SERIES } from './invented.ts';

/** What the playground knows of contents. Nobody watches two minutes here to see a card. */
export const LIST_OPTIONS: ContinueWatchingOptions = {
  policy: { filmBegunSeconds: 1, episodeBegunSeconds: 1 },
  facts: (contentId) => INVENTED[contentId],
  episodesOf: (seriesId) => INVENTED_SERIES.get(seriesId) ?? [],
};
