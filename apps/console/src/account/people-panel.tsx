import { useId, useState } from 'react';
import { askAccount } from './ask-account.ts';
import { CredentialsForm } from './credentials-form.tsx';

/** The first person adds the others: they sign in with what is set here, and change it. */
export function PeoplePanel() {
  const [added, setAdded] = useState<readonly string[]>([]);
  const heading = useId();
  return (
    <section className="panel-card" aria-labelledby={heading}>
      <h2 id={heading}>Another person</h2>
      <CredentialsForm
        // Empty again for the next one.
        key={added.length}
        isNew
        submitLabel="Add them"
        onSubmit={async (credentials) => {
          await askAccount('/people', 'POST', credentials);
          setAdded((before) => [...before, credentials.name]);
        }}
      />
      <output>{added.length === 0 ? '' : `Added: ${added.join(', ')}.`}</output>
    </section>
  );
}
