import type { ReactNode } from 'react';
import { askAccount, type Person } from './ask-account.ts';
import { CredentialsForm } from './credentials-form.tsx';
import { ProblemNote } from './problem-note.tsx';
import { useAccount } from './use-account.ts';

export interface SignedInProps {
  readonly children: (person: Person, reload: () => void) => ReactNode;
}

/** What only a person sees; anybody else is asked to sign in, and stays on the page. */
export function SignedIn({ children }: SignedInProps) {
  const { account, problem, reload } = useAccount();
  if (problem?.status === 404) {
    return <p className="notice">This service keeps no people: CUEPOINT_ACCOUNTS is off.</p>;
  }
  if (account === undefined) {
    return problem === undefined ? (
      <p className="quiet">Loading …</p>
    ) : (
      <ProblemNote problem={problem} />
    );
  }
  if (account.person !== null) return <>{children(account.person, reload)}</>;
  if (!account.hasPeople) {
    return (
      <p className="notice">
        There is nobody yet. Open the link that the service prints in its terminal.
      </p>
    );
  }
  return (
    <div className="panel-card">
      <CredentialsForm
        submitLabel="Sign in"
        onSubmit={async (credentials) => {
          await askAccount('/sign-in', 'POST', credentials);
          reload();
        }}
      />
    </div>
  );
}
