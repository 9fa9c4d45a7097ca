import { useId, useState, type SubmitEvent } from 'react';
import { askAccount } from './ask-account.ts';
import { ProblemNote } from './problem-note.tsx';
import { PASSWORD_LENGTH_MIN, TextField } from './text-field.tsx';
import { useAction } from './use-action.ts';

/** Another password, which signs everything else out. */
export function PasswordPanel() {
  const [password, setPassword] = useState('');
  const [newPassword, setNewPassword] = useState('');
  const [isDone, setDone] = useState(false);
  const { isBusy, problem, run } = useAction();
  const heading = useId();

  const change = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    const isChanged = await run(() => askAccount('/password', 'POST', { password, newPassword }));
    setDone(isChanged);
    if (!isChanged) return;
    setPassword('');
    setNewPassword('');
  };

  return (
    <section className="panel-card" aria-labelledby={heading}>
      <h2 id={heading}>Password</h2>
      <form className="account-form" onSubmit={(event) => void change(event)}>
        <TextField
          label="The password you have"
          type="password"
          value={password}
          onChange={setPassword}
          autoComplete="current-password"
        />
        <TextField
          label="A new one"
          type="password"
          value={newPassword}
          onChange={setNewPassword}
          autoComplete="new-password"
          hint="Eight signs or more. Everything else is signed out."
          minLength={PASSWORD_LENGTH_MIN}
        />
        <ProblemNote problem={problem} />
        <output>{isDone ? 'It is changed.' : ''}</output>
        <div>
          <button type="submit" disabled={isBusy}>
            Change it
          </button>
        </div>
      </form>
    </section>
  );
}
