import { useState } from 'react';
import { navigate } from '../app/location.ts';
import { askAccount } from './ask-account.ts';
import { CredentialsForm } from './credentials-form.tsx';
import { takeCode } from './take-code.ts';

/** The first person, by the link that stands on the terminal. */
export default function SetUpPage() {
  const [code] = useState(takeCode);
  return (
    <section className="page account">
      <header className="page-head">
        <h1>Set up</h1>
        <p className="lead">The first person of this household, who adds the others.</p>
      </header>
      {code === undefined ? (
        <p className="notice warn" role="alert">
          Open the whole link that the service prints in its terminal; it opens once.
        </p>
      ) : (
        <div className="panel-card">
          <CredentialsForm
            isNew
            submitLabel="Begin"
            onSubmit={async (credentials) => {
              await askAccount('/set-up', 'POST', { code, ...credentials });
              navigate('/account');
            }}
          />
        </div>
      )}
    </section>
  );
}
