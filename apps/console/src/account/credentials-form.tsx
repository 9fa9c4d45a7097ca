import { useState, type SubmitEvent } from 'react';
import { ProblemNote } from './problem-note.tsx';
import { PASSWORD_LENGTH_MIN, TextField } from './text-field.tsx';
import { useAction } from './use-action.ts';
import './account.css';

export interface Credentials {
  readonly name: string;
  readonly password: string;
}

export interface CredentialsFormProps {
  /** The password is a new one. */
  readonly isNew?: boolean;
  readonly submitLabel: string;
  readonly onSubmit: (credentials: Credentials) => Promise<void>;
}

/** A name and a password, for whoever comes and for the first of all. */
export function CredentialsForm({ isNew = false, submitLabel, onSubmit }: CredentialsFormProps) {
  const [name, setName] = useState('');
  const [password, setPassword] = useState('');
  const { isBusy, problem, run } = useAction();
  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    void run(() => onSubmit({ name, password }));
  };
  return (
    <form className="account-form" onSubmit={submit}>
      <TextField label="Name" value={name} onChange={setName} autoComplete="username" />
      <TextField
        label="Password"
        type="password"
        value={password}
        onChange={setPassword}
        autoComplete={isNew ? 'new-password' : 'current-password'}
        {...(isNew
          ? {
              hint: 'Eight signs or more; a sentence is a good one.',
              minLength: PASSWORD_LENGTH_MIN,
            }
          : {})}
      />
      <ProblemNote problem={problem} />
      <div>
        <button className="primary" type="submit" disabled={isBusy}>
          {submitLabel}
        </button>
      </div>
    </form>
  );
}
