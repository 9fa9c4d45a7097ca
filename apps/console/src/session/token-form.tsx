import { useId, useState, type ChangeEvent, type SubmitEvent } from 'react';
import './token-form.css';

export interface TokenFormProps {
  readonly onGive: (token: string) => void;
}

/** Asks for a token where no link brought one. */
export function TokenForm({ onGive }: TokenFormProps) {
  const [text, setText] = useState('');
  const [fieldId, hintId] = [useId(), useId()];

  const submit = (event: SubmitEvent): void => {
    event.preventDefault();
    if (text.trim() === '') return;
    onGive(text);
    setText('');
  };
  const change = ({ target }: ChangeEvent<HTMLInputElement>): void => setText(target.value);

  return (
    <form className="token-form notice" onSubmit={submit}>
      <label htmlFor={fieldId}>
        A token with the scope <code>cuepoint:admin</code>
      </label>
      <div className="token-form-row">
        <input
          id={fieldId}
          type="password"
          value={text}
          onChange={change}
          autoComplete="off"
          spellCheck={false}
          aria-describedby={hintId}
        />
        <button className="primary" type="submit">
          Use it
        </button>
      </div>
      <p id={hintId} className="quiet">
        It stays in the memory of this page, and is gone when the page is closed or reloaded. In
        development mode open the link that the service prints in its terminal instead: each works
        once.
      </p>
    </form>
  );
}
