import { useHistory } from '@cuepoint/client/react/history';
import { useState } from 'react';
import { titleOf } from './films.ts';

/** What was watched, from the service; without a network it says so. */
export function HistoryPanel() {
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="inside" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>History</summary>
      {isOpen && <Viewings titleOf={titleOf} />}
    </details>
  );
}

/** What was watched, the latest first. */
export function Viewings({ titleOf: nameOf }: { readonly titleOf: (contentId: string) => string }) {
  const { state, code, items, hasMore, loadMore, remove } = useHistory();
  return (
    <>
      {state === 'loading' && <p className="quiet">Reading …</p>}
      {state === 'offline' && (
        <output className="quiet">No network: this is what was read before.</output>
      )}
      {state === 'failed' && (
        <p className="fault" role="alert">
          The service answered {code}.
        </p>
      )}
      {state === 'ready' && items.length === 0 && (
        <p className="quiet">Nothing was watched to its end yet.</p>
      )}
      <ul className="films">
        {items.map((item) => (
          <li key={item.playId} className={item.isPending ? 'is-pending' : undefined}>
            <span className="film-title">
              {nameOf(item.contentId)}
              <span className="quiet">{whenText(item.watchedAt)}</span>
            </span>
            <button
              type="button"
              className="small"
              aria-label={`Remove the viewing of ${nameOf(item.contentId)}`}
              onClick={() => remove(item)}
            >
              Remove
            </button>
          </li>
        ))}
      </ul>
      {hasMore && (
        <button type="button" className="small" onClick={loadMore}>
          More
        </button>
      )}
    </>
  );
}

/** An instant by the clock of whoever looks; a day stays that day. */
function whenText(watchedAt: string | null): string {
  if (watchedAt === null) return 'at some time';
  return watchedAt.includes('T') ? new Date(watchedAt).toLocaleString() : watchedAt;
}
