import { useId, type ChangeEvent } from 'react';

export interface TextFieldProps {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  readonly type?: 'text' | 'password';
  /** What the browser may fill in. */
  readonly autoComplete: string;
  readonly hint?: string;
  readonly minLength?: number;
  readonly className?: string;
}

/** Of a new password; the service has the same bound. */
export const PASSWORD_LENGTH_MIN = 8;

export function TextField(props: TextFieldProps) {
  const { label, value, onChange, type = 'text', autoComplete, hint, minLength, className } = props;
  const [fieldId, hintId] = [useId(), useId()];
  return (
    <div className="text-field">
      <label htmlFor={fieldId}>{label}</label>
      <input
        id={fieldId}
        className={className}
        type={type}
        value={value}
        onChange={({ target }: ChangeEvent<HTMLInputElement>) => onChange(target.value)}
        autoComplete={autoComplete}
        autoCapitalize="none"
        spellCheck={false}
        required
        minLength={minLength}
        aria-describedby={hint === undefined ? undefined : hintId}
      />
      {hint === undefined ? null : (
        <p id={hintId} className="quiet">
          {hint}
        </p>
      )}
    </div>
  );
}
