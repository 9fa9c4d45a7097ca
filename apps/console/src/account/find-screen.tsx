import { useState, type SubmitEvent } from 'react';
import { askAccount } from './ask-account.ts';
import type { FoundScreen } from './link-page.tsx';
import { ProblemNote } from './problem-note.tsx';
import { TextField } from './text-field.tsx';
import { useAction } from './use-action.ts';

export interface FindScreenProps {
  /** The code that a link brought. */
  readonly initial: string;
  readonly onFound: (screen: FoundScreen) => void;
}

export function FindScreen({ initial, onFound }: FindScreenProps) {
  const [userCode, setUserCode] = useState(initial);
  const { isBusy, problem, run } = useAction();
  const find = (event: SubmitEvent): void => {
    event.preventDefault();
    void run(async () => {
      const found = await askAccount<Omit<FoundScreen, 'userCode'>>('/screens/find', 'POST', {
        userCode,
      });
      onFound({ ...found, userCode });
    });
  };
  return (
    <form className="account-form panel-card" onSubmit={find}>
      <TextField
        label="The code on the TV"
        value={userCode}
        onChange={setUserCode}
        autoComplete="off"
        className="account-code"
        hint="Eight letters; capitals and hyphens do not matter."
      />
      <ProblemNote problem={problem} />
      <div>
        <button className="primary" type="submit" disabled={isBusy}>
          Go on
        </button>
      </div>
    </form>
  );
}
