import { useId, useState, type SubmitEvent } from 'react';
import { askAccount, type Profile } from './ask-account.ts';
import type { FoundScreen } from './link-page.tsx';
import { ProblemNote } from './problem-note.tsx';
import { wayBack } from './take-code.ts';
import { useAction } from './use-action.ts';

export interface ConfirmScreenProps {
  readonly screen: FoundScreen;
  readonly profiles: readonly Profile[];
  readonly onDone: (outcome: string) => void;
  readonly onBack: () => void;
}

/** Says which screen it is and whose it becomes, before it does. */
export function ConfirmScreen({ screen, profiles, onDone, onBack }: ConfirmScreenProps) {
  const [picked, setPicked] = useState(profiles[0]?.userId ?? '');
  const { isBusy, problem, run } = useAction();
  const legend = useId();
  const { userCode, label, since } = screen;

  const decide = async (decision: 'confirm' | 'deny', outcome: string): Promise<void> => {
    const profile = decision === 'confirm' ? { userId: picked } : {};
    const body = { userCode, decision, ...profile };
    if (!(await run(() => askAccount('/screens/decide', 'POST', body)))) return;
    const back = wayBack(decision);
    if (back === undefined) onDone(outcome);
    else window.location.assign(back);
  };
  const confirm = (event: SubmitEvent): void => {
    event.preventDefault();
    void decide('confirm', `${label} is signed in.`);
  };

  return (
    <form className="account-form panel-card" onSubmit={confirm}>
      <p>
        <strong>{label}</strong> shows{' '}
        <code className="account-code">{userCode.toUpperCase()}</code> since{' '}
        <time dateTime={since}>{new Date(since).toLocaleTimeString()}</time>. Go on only if it is a
        screen of yours, and you see this code on it.
      </p>
      <fieldset>
        <legend id={legend}>Who watches there?</legend>
        {profiles.map(({ userId, name }) => (
          <label key={userId}>
            <input
              type="radio"
              name={legend}
              value={userId}
              checked={picked === userId}
              onChange={() => setPicked(userId)}
            />
            {name}
          </label>
        ))}
      </fieldset>
      <ProblemNote problem={problem} />
      <div className="account-row">
        <button className="primary" type="submit" disabled={isBusy}>
          Sign it in
        </button>
        <button
          type="button"
          disabled={isBusy}
          onClick={() => void decide('deny', `${label} was turned away.`)}
        >
          It is not mine
        </button>
        <button type="button" onClick={onBack}>
          Another code
        </button>
      </div>
    </form>
  );
}
