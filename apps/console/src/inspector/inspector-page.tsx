import {
  useDeferredValue,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
  type ChangeEvent,
} from 'react';
import { operatorSession } from '../session/session.ts';
import { TokenForm } from '../session/token-form.tsx';
import { filterOps, filterUser } from './filter-rows.ts';
import { TailTable } from './tail-table.tsx';
import { useInspectedUser } from './use-inspected-user.ts';
import { useOpTail } from './use-op-tail.ts';
import { UserForm } from './user-form.tsx';
import { UserTables } from './user-tables.tsx';
import './inspector-page.css';

/** Whom the playground of this browser plays. */
const PLAYGROUND_USER_KEY = 'cuepoint.playground.user';
/** Ops come in bursts: what is stored is read once for all that came meanwhile. */
const REFRESH_INTERVAL_MS = 800;

export default function InspectorPage() {
  const [initial] = useState(playgroundUser);
  const [userId, setUserId] = useState<string | undefined>(initial === '' ? undefined : initial);
  const [attempt, setAttempt] = useState(0);
  const [filter, setFilter] = useState('');
  const words = useDeferredValue(filter.trim());
  const filterId = useId();
  const { user, problem, isReading, refresh } = useInspectedUser(userId, attempt);
  const tail = useOpTail(userId, attempt);
  const shownUser = useMemo(
    () => (user === undefined ? undefined : filterUser(user, words)),
    [user, words],
  );
  const shownOps = useMemo(() => filterOps(tail.ops, words), [tail.ops, words]);

  useRefreshAfter(tail.seen, refresh);

  const give = (token: string): void => {
    operatorSession.give(token);
    setAttempt((count) => count + 1);
  };
  const changeFilter = ({ target }: ChangeEvent<HTMLInputElement>): void => setFilter(target.value);
  // The token may run out while the page is open: then the tail is the first to hear of it.
  const needsToken = [problem, tail.problem].some(
    (met) => met?.code === 'unauthenticated' || met?.code === 'forbidden',
  );

  return (
    <section className="page inspector">
      <header className="page-head">
        <h1>Inspector</h1>
        <p className="lead">
          What is stored of one person: every tag and tombstone of the watchlist, every progress
          register with its stamp, the devices, and each op as it comes. Every look is logged.
        </p>
      </header>
      <UserForm initial={initial} onPick={setUserId} />
      {problem === undefined ? null : (
        <p className="notice bad" role="alert">
          <strong>{problem.message}</strong> <code>{problem.code}</code>
        </p>
      )}
      {needsToken ? <TokenForm onGive={give} /> : null}
      {userId === undefined ? (
        <p className="notice">
          Give the id of a user. Open the playground once, and the person who plays there is filled
          in here.
        </p>
      ) : null}
      {shownUser === undefined ? (
        isReading && <p className="quiet">Reading …</p>
      ) : (
        <>
          <div className="inspector-bar">
            <div className="inspector-field">
              <label htmlFor={filterId}>Filter all tables</label>
              <input
                id={filterId}
                type="search"
                value={filter}
                onChange={changeFilter}
                placeholder="content, device, tag or stamp"
                spellCheck={false}
              />
            </div>
            <button type="button" onClick={refresh}>
              Read again
            </button>
          </div>
          <TailTable tail={tail} ops={shownOps} isFiltered={words !== ''} />
          <UserTables user={shownUser} isFiltered={words !== ''} />
        </>
      )}
    </section>
  );
}

/** Reads again after ops came, at most once in an interval however many come. */
function useRefreshAfter(seen: number, refresh: () => void): void {
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (seen === 0 || timer.current !== undefined) return;
    timer.current = setTimeout(() => {
      timer.current = undefined;
      refresh();
    }, REFRESH_INTERVAL_MS);
  }, [seen, refresh]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
}

function playgroundUser(): string {
  try {
    return window.localStorage.getItem(PLAYGROUND_USER_KEY) ?? '';
  } catch {
    // A browser that keeps nothing for this page.
    return '';
  }
}
