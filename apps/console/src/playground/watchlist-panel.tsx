import { useWatchlist } from '@cuepoint/client/react';
import { useId, useState, type FormEvent } from 'react';
import { contentOfTitle, FILMS, titleOf } from './films.ts';

interface Props {
  readonly onPlay: (contentId: string) => void;
}

/** The list, and a way to put a film on it. */
export function WatchlistPanel({ onPlay }: Props) {
  const { items, add, remove } = useWatchlist();
  const heading = useId();
  return (
    <section className="panel" aria-labelledby={heading}>
      <h3 id={heading}>
        Watchlist <span className="count">{items.length}</span>
      </h3>
      <AddFilm
        onAdd={add}
        hasFilm={(contentId) => items.some((item) => item.contentId === contentId)}
      />
      {items.length === 0 ? (
        <p className="quiet">Nothing on the list yet.</p>
      ) : (
        <ul className="films">
          {items.map(({ contentId, isPending }) => (
            <li key={contentId} className={isPending ? 'is-pending' : undefined}>
              <span className="film-title">{titleOf(contentId)}</span>
              <span className="film-mark" title={isPending ? 'not sent' : undefined}>
                {isPending && (
                  <>
                    <span aria-hidden="true">↑</span>
                    <span className="visually-hidden">not sent</span>
                  </>
                )}
              </span>
              <button
                type="button"
                className="small"
                aria-label={`Play ${titleOf(contentId)}`}
                onClick={() => onPlay(contentId)}
              >
                Play
              </button>
              <button
                type="button"
                className="small"
                aria-label={`Remove ${titleOf(contentId)}`}
                onClick={() => remove(contentId)}
              >
                Remove
              </button>
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

interface AddFilmProps {
  readonly onAdd: (contentId: string) => void;
  readonly hasFilm: (contentId: string) => boolean;
}

function AddFilm({ onAdd, hasFilm }: AddFilmProps) {
  const [text, setText] = useState('');
  const [fault, setFault] = useState<string>();
  const [input, list, message] = [useId(), useId(), useId()];

  function submit(event: FormEvent): void {
    event.preventDefault();
    const contentId = text.trim() === '' ? anyFilm(hasFilm) : contentOfTitle(text);
    if (contentId === undefined) {
      setFault('A title has letters.');
      return;
    }
    setFault(undefined);
    setText('');
    onAdd(contentId);
  }

  return (
    <form className="add-film" onSubmit={submit}>
      <label htmlFor={input} className="visually-hidden">
        Title of a film
      </label>
      <input
        id={input}
        list={list}
        value={text}
        placeholder="Any film"
        autoComplete="off"
        aria-describedby={message}
        aria-invalid={fault !== undefined}
        onChange={({ target }) => setText(target.value)}
      />
      <datalist id={list}>
        {FILMS.map(({ contentId, title, year }) => (
          <option key={contentId} value={title}>
            {year}
          </option>
        ))}
      </datalist>
      <button type="submit" className="primary">
        Add
      </button>
      <p id={message} className="fault" role="alert">
        {fault}
      </p>
    </form>
  );
}

/** Whoever types nothing wants to see something happen. */
function anyFilm(hasFilm: (contentId: string) => boolean) {
  const left = FILMS.filter(({ contentId }) => !hasFilm(contentId));
  return left[Math.floor(Math.random() * left.length)]?.contentId;
}
