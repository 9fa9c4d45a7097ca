import { useId } from 'react';
import type { MadeHook } from './ask-hooks.ts';

export interface MadeHookNoteProps {
  readonly made: MadeHook;
  readonly onClose: () => void;
}

/** What is pasted into the server; it is shown this once. */
export function MadeHookNote({ made, onClose }: MadeHookNoteProps) {
  return (
    <div className="notice hook-made" aria-live="polite">
      <p>
        Paste this into {made.label}. It is shown this once; whoever has it can report playbacks.
      </p>
      <Pasted label="Address" text={made.address} />
      {made.template !== null && <Pasted label="JSON data of each trigger" text={made.template} />}
      <details>
        <summary>Keep the secret out of a proxy’s log</summary>
        <Pasted label="Address without the secret" text={made.headerAddress} />
        <Pasted label={`Header ${made.header}`} text={made.secret} />
      </details>
      <div>
        <button type="button" onClick={onClose}>
          It is pasted
        </button>
      </div>
    </div>
  );
}

const LINES_MAX = 8;

function Pasted({ label, text }: { readonly label: string; readonly text: string }) {
  const field = useId();
  return (
    <div className="text-field">
      <label htmlFor={field}>{label}</label>
      <textarea
        id={field}
        className="hook-pasted"
        readOnly
        rows={Math.min(Math.max(text.split('\n').length, 2), LINES_MAX)}
        value={text}
        onFocus={({ target }) => target.select()}
      />
    </div>
  );
}
