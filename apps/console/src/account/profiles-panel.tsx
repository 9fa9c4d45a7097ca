import { useId, useState, type SubmitEvent } from 'react';
import { askAccount, type Profile } from './ask-account.ts';
import { ProblemNote } from './problem-note.tsx';
import { TextField } from './text-field.tsx';
import { useAction } from './use-action.ts';

export interface ProfilesPanelProps {
  readonly profiles: readonly Profile[];
  readonly onChanged: () => void;
}

/** Each profile has a watch state of its own. */
export function ProfilesPanel({ profiles, onChanged }: ProfilesPanelProps) {
  const [name, setName] = useState('');
  const [leaving, setLeaving] = useState<string>();
  const { isBusy, problem, run } = useAction();
  const heading = useId();

  const add = async (event: SubmitEvent): Promise<void> => {
    event.preventDefault();
    if (!(await run(() => askAccount('/profiles', 'POST', { name })))) return;
    setName('');
    onChanged();
  };
  const remove = async (userId: string): Promise<void> => {
    setLeaving(undefined);
    if (await run(() => askAccount(`/profiles/${userId}`, 'DELETE'))) onChanged();
  };

  return (
    <section className="panel-card" aria-labelledby={heading}>
      <h2 id={heading}>Profiles</h2>
      <ul className="account-list">
        {profiles.map((profile) => (
          <li key={profile.userId}>
            <span className="account-item">{profile.name}</span>
            {leaving === profile.userId ? (
              <span className="account-sure">
                Everything it has watched is erased.
                <button type="button" disabled={isBusy} onClick={() => void remove(profile.userId)}>
                  Erase {profile.name}
                </button>
                <button type="button" onClick={() => setLeaving(undefined)}>
                  Keep it
                </button>
              </span>
            ) : (
              profiles.length > 1 && (
                <button type="button" onClick={() => setLeaving(profile.userId)}>
                  Delete<span className="visually-hidden"> {profile.name}</span>
                </button>
              )
            )}
          </li>
        ))}
      </ul>
      <form className="account-row" onSubmit={(event) => void add(event)}>
        <TextField label="A new profile" value={name} onChange={setName} autoComplete="off" />
        <button type="submit" disabled={isBusy}>
          Add it
        </button>
      </form>
      <ProblemNote problem={problem} />
    </section>
  );
}
