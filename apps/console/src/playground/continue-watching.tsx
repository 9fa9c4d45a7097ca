import { useWatchState } from '@cuepoint/client/react';
import { useContinueWatching } from '@cuepoint/client/react/continue-watching';
import { useId, useState } from 'react';
import type { ContinueWatchingOptions } from '@cuepoint/client/continue-watching';
import { clockText } from './films.ts';

const REASONS = {
  in_progress: undefined,
  next_episode: 'next',
  new_episode: 'new',
  rewatch: 'again',
} as const;

export interface ContinueWatchingProps {
  readonly titleOf: (contentId: string) => string;
  /** The same object in each render. */
  readonly options: ContinueWatchingOptions;
  /** Left out where nothing can be played. */
  readonly onPlay?: (contentId: string) => void;
}

/** What the person goes on with, on any screen. */
export function ContinueWatching({ titleOf, options, onPlay }: ContinueWatchingProps) {
  const { cards, dismiss, restore } = useContinueWatching(options);
  const [dismissed, setDismissed] = useState<string>();
  const state = useWatchState();
  const heading = useId();
  if (cards.length === 0 && dismissed === undefined) return null;
  return (
    <section className="panel" aria-labelledby={heading}>
      <h3 id={heading}>Continue watching</h3>
      <ul className="films">
        {cards.map(({ groupId, contentId, reason, positionSeconds, durationSeconds }) => (
          <li key={groupId}>
            <span className="film-title">
              {titleOf(contentId)}{' '}
              {REASONS[reason] !== undefined && <span className="badge">{REASONS[reason]}</span>}
              <progress
                value={positionSeconds}
                max={Math.max(durationSeconds, 1)}
                aria-label={`Watched of ${titleOf(contentId)}`}
              />
            </span>
            {onPlay === undefined ? (
              <span className="quiet">{clockText(positionSeconds)}</span>
            ) : (
              <button
                type="button"
                className="small"
                aria-label={
                  positionSeconds > 0
                    ? `Resume ${titleOf(contentId)} at ${clockText(positionSeconds)}`
                    : `Begin ${titleOf(contentId)}`
                }
                onClick={() => onPlay(contentId)}
              >
                {clockText(positionSeconds)} ▸
              </button>
            )}
            {positionSeconds > 0 && (
              <button
                type="button"
                className="small"
                aria-label={`Forget where ${titleOf(contentId)} was`}
                onClick={() => state?.progress.clear(contentId)}
              >
                Forget
              </button>
            )}
            <button
              type="button"
              className="small"
              aria-label={`Take away ${titleOf(groupId)}`}
              onClick={() => {
                dismiss(groupId);
                setDismissed(groupId);
              }}
            >
              Take away
            </button>
          </li>
        ))}
      </ul>
      {dismissed !== undefined && (
        <output className="moved">
          {titleOf(dismissed)} is away until somebody plays it.{' '}
          <button
            type="button"
            className="small"
            onClick={() => {
              restore(dismissed);
              setDismissed(undefined);
            }}
          >
            Bring it back
          </button>
        </output>
      )}
    </section>
  );
}
