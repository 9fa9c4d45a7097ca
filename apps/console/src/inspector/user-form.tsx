import { useId, useState, type ChangeEvent, type SubmitEvent } from 'react';

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

export interface UserFormProps {
  readonly initial: string;
  readonly onPick: (userId: string) => void;
}

/** Asks for the user to look at. */
export function UserForm({ initial, onPick }: UserFormProps) {
  const [text, setText] = useState(initial);
  const [isWrong, setWrong] = useState(false);
  const [fieldId, hintId] = [useId(), useId()];

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    const userId = text.trim().toLowerCase();
    setWrong(!UUID.test(userId));
    if (UUID.test(userId)) onPick(userId);
  };
  const change = ({ target }: ChangeEvent<HTMLInputElement>): void => {
    setText(target.value);
    setWrong(false);
  };

  return (
    <form className="inspector-form" onSubmit={submit} noValidate>
      <div className="inspector-field">
        <label htmlFor={fieldId}>User id</label>
        <input
          id={fieldId}
          value={text}
          onChange={change}
          placeholder="00000000-0000-4000-8000-000000000001"
          spellCheck={false}
          autoComplete="off"
          aria-invalid={isWrong}
          aria-describedby={hintId}
        />
        <output id={hintId} className={isWrong ? 'inspector-wrong' : 'quiet'}>
          {isWrong ? 'This is no UUID: 32 hex digits in five groups.' : 'A UUID.'}
        </output>
      </div>
      <button className="primary" type="submit">
        Look
      </button>
    </form>
  );
}
