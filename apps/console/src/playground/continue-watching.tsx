import { useWatchState } from '@cuepoint/client/react';
import { useContinueWatching } from '@cuepoint/client/react/continue-watching';
import { useId } from 'react';
import { clockText, titleOf } from './films.ts';

/** Nobody watches two minutes here to see it. */
const BEGUN_AT_ONCE = { policy: { filmBegunSeconds: 1 } };

/** What was begun on any screen, and where. */
export function ContinueWatching({ onPlay }: { readonly onPlay: (contentId: string) => void }) {
  const { cards } = useContinueWatching(BEGUN_AT_ONCE);
  const state = useWatchState();
  const heading = useId();
  if (cards.length === 0) return null;
  return (
    <section className="panel" aria-labelledby={heading}>
      <h3 id={heading}>Continue watching</h3>
      <ul className="films">
        {cards.map(({ contentId, positionSeconds, durationSeconds }) => (
          <li key={contentId}>
            <span className="film-title">
              {titleOf(contentId)}
              <progress
                value={positionSeconds}
                max={Math.max(durationSeconds, 1)}
                aria-label={`Watched of ${titleOf(contentId)}`}
              />
            </span>
            <button
              type="button"
              className="small"
              aria-label={`Resume ${titleOf(contentId)} at ${clockText(positionSeconds)}`}
              onClick={() => onPlay(contentId)}
            >
              {clockText(positionSeconds)} ▸
            </button>
            <button
              type="button"
              className="small"
              aria-label={`Forget where ${titleOf(contentId)} was`}
              onClick={() => state?.progress.clear(contentId)}
            >
              Forget
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}
