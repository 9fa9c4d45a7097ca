import { useContinueWatching, useUpNext } from '@cuepoint/client/react/continue-watching';
import { useFavorite } from '@cuepoint/client/react/favorites';
import { useRating } from '@cuepoint/client/react/ratings';
import { useWatched } from '@cuepoint/client/react/watched';
import { useId, useState } from 'react';
import { titleOf } from './films.ts';
import { INVENTED, INVENTED_SERIES, numbersOf } from './invented.ts';
import { LIST_OPTIONS } from './list-options.ts';

interface Props {
  readonly onPlay: (contentId: string) => void;
}

/** A page that stays open over a release shows it when it is opened again; the list itself does at once. */
const OPENED_AT_MS = Date.now();
const RATINGS = Array.from({ length: 10 }, (_, index) => index + 1);

/** Invented series with their seasons, to see what is next. */
export function SeriesPanel({ onPlay }: Props) {
  const heading = useId();
  return (
    <section className="panel" aria-labelledby={heading}>
      <h3 id={heading}>Series</h3>
      {[...INVENTED_SERIES].map(([seriesId, episodes]) => (
        <Series key={seriesId} seriesId={seriesId} episodes={episodes} onPlay={onPlay} />
      ))}
    </section>
  );
}

interface SeriesProps extends Props {
  readonly seriesId: string;
  readonly episodes: readonly string[];
}

function Series({ seriesId, episodes, onPlay }: SeriesProps) {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="inside" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>{titleOf(seriesId)}</summary>
      {isOpen && (
        <>
          <SeriesActs seriesId={seriesId} onPlay={onPlay} />
          <ul className="films">
            {episodes.map((contentId) => (
              <Episode key={contentId} contentId={contentId} onPlay={onPlay} />
            ))}
          </ul>
        </>
      )}
    </details>
  );
}

function SeriesActs({ seriesId, onPlay }: Props & { readonly seriesId: string }) {
  const next = useUpNext(seriesId, LIST_OPTIONS);
  const { rewatch } = useContinueWatching(LIST_OPTIONS);
  const { rating, rate, clear } = useRating(seriesId);
  const { isFavorite, add, remove } = useFavorite(seriesId);
  const title = titleOf(seriesId);
  const facts = next === undefined ? undefined : INVENTED[next.contentId];
  return (
    <p className="series-acts">
      {next !== undefined && facts !== undefined && 'reason' in next && (
        <button
          type="button"
          className="small"
          aria-label={`Go on with ${title}`}
          onClick={() => onPlay(next.contentId)}
        >
          {numbersOf(facts)} ▸
        </button>
      )}
      <button
        type="button"
        className="small"
        aria-label={`Begin ${title} anew`}
        onClick={() => rewatch(seriesId)}
      >
        Begin anew
      </button>
      <button
        type="button"
        className="small"
        aria-pressed={isFavorite}
        aria-label={`Favourite ${title}`}
        onClick={() => (isFavorite ? remove() : add())}
      >
        {isFavorite ? '♥' : '♡'}
      </button>
      <label>
        Rating{' '}
        <select
          aria-label={`Rating of ${title}`}
          value={rating ?? ''}
          onChange={({ target }) => (target.value === '' ? clear() : rate(Number(target.value)))}
        >
          <option value="">none</option>
          {RATINGS.map((value) => (
            <option key={value}>{value}</option>
          ))}
        </select>
      </label>
    </p>
  );
}

function Episode({ contentId, onPlay }: Props & { readonly contentId: string }) {
  const { isWatched, mark, unmark } = useWatched(contentId);
  const facts = INVENTED[contentId];
  if (facts === undefined) return null;
  const { title, releasedAt = '' } = facts;
  const isOut = Date.parse(releasedAt) <= OPENED_AT_MS;
  return (
    <li>
      <span className="film-title">
        {numbersOf(facts)}: {title}
        {!isOut && <span className="quiet"> from {releasedAt}</span>}
      </span>
      <button
        type="button"
        className="small"
        aria-pressed={isWatched}
        aria-label={`Seen ${titleOf(contentId)}`}
        onClick={() => (isWatched ? unmark() : mark())}
      >
        {isWatched ? 'Seen' : 'Not seen'}
      </button>
      {isOut && (
        <button
          type="button"
          className="small"
          aria-label={`Play ${titleOf(contentId)}`}
          onClick={() => onPlay(contentId)}
        >
          Play
        </button>
      )}
    </li>
  );
}
