import { useCallback, useEffect, useId, useState } from 'react';
import { toProblem, type ServiceProblem } from '../session/problem.ts';
import { askAccount, type SignIn } from './ask-account.ts';
import { ProblemNote } from './problem-note.tsx';
import { useAction } from './use-action.ts';

/** Browsers and TVs with their last use; one click ends one, at once. */
export function SignInsPanel({ onGone }: { readonly onGone: () => void }) {
  const [items, setItems] = useState<readonly SignIn[]>();
  const [failure, setFailure] = useState<ServiceProblem>();
  const { isBusy, problem, run } = useAction();
  const heading = useId();
  const load = useCallback(() => {
    askAccount<{ readonly items: readonly SignIn[] }>('/sign-ins').then(
      (answer) => setItems(answer.items),
      (error: unknown) => setFailure(toProblem(error)),
    );
  }, []);
  useEffect(load, [load]);

  const end = async (path: string, isHere = false): Promise<void> => {
    if (!(await run(() => askAccount(`/sign-ins${path}`, 'DELETE')))) return;
    if (isHere) onGone();
    else load();
  };

  return (
    <section className="panel-card" aria-labelledby={heading}>
      <h2 id={heading}>Signed in</h2>
      <ul className="account-list">
        {(items ?? []).map(({ id, label, isHere, profile, lastUsedAt }) => (
          <li key={id}>
            <span className="account-item">
              <strong>{label}</strong>
              {isHere && <span className="badge good">this browser</span>}
              <span className="quiet">
                {profile === undefined ? '' : `for ${profile.name}, `}last used{' '}
                <time dateTime={lastUsedAt}>{new Date(lastUsedAt).toLocaleString()}</time>
              </span>
            </span>
            <button type="button" disabled={isBusy} onClick={() => void end(`/${id}`, isHere)}>
              Sign out<span className="visually-hidden"> {label}</span>
            </button>
          </li>
        ))}
      </ul>
      <div>
        <button type="button" disabled={isBusy} onClick={() => void end('')}>
          Sign everything else out
        </button>
      </div>
      <ProblemNote problem={problem ?? failure} />
    </section>
  );
}
