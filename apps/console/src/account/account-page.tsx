import { PageLink } from '../app/page-link.tsx';
import { askAccount } from './ask-account.ts';
import { HooksPanel } from './hooks-panel.tsx';
import { PasswordPanel } from './password-panel.tsx';
import { PeoplePanel } from './people-panel.tsx';
import { ProfilesPanel } from './profiles-panel.tsx';
import { SignedIn } from './signed-in.tsx';
import { SignInsPanel } from './sign-ins-panel.tsx';
import { useAction } from './use-action.ts';
import './account.css';

/** A person's own page. */
export default function AccountPage() {
  return (
    <section className="page account">
      <header className="page-head">
        <h1>Account</h1>
        <p className="lead">
          Your profiles, and what is signed in. <PageLink to="/link">Add a TV</PageLink> that shows
          a code.
        </p>
      </header>
      <SignedIn>
        {(person, reload) => (
          <>
            <SignOut name={person.name} onSignedOut={reload} />
            <ProfilesPanel profiles={person.profiles} onChanged={reload} />
            <HooksPanel profiles={person.profiles} />
            <SignInsPanel onGone={reload} />
            <PasswordPanel />
            {person.isFirst && <PeoplePanel />}
          </>
        )}
      </SignedIn>
    </section>
  );
}

function SignOut({
  name,
  onSignedOut,
}: {
  readonly name: string;
  readonly onSignedOut: () => void;
}) {
  const { isBusy, run } = useAction();
  const signOut = async (): Promise<void> => {
    if (await run(() => askAccount('/sign-out', 'POST'))) onSignedOut();
  };
  return (
    <p className="account-who">
      Signed in as <strong>{name}</strong>
      <button type="button" disabled={isBusy} onClick={() => void signOut()}>
        Sign out
      </button>
    </p>
  );
}
