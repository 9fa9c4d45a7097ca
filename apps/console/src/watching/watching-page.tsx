import { WatchStateProvider } from '@cuepoint/client/react';
import { useId, useState } from 'react';
import type { Profile } from '../account/ask-account.ts';
import { SignedIn } from '../account/signed-in.tsx';
import { DeviceStatus } from '../playground/device-status.tsx';
import { OwnHistory } from './own-history.tsx';
import { OwnList } from './own-list.tsx';
import { useProfileState } from './use-profile-state.ts';
import '../account/account.css';
import '../playground/playground.css';

/** What a person goes on with, and what they have seen. */
export default function WatchingPage() {
  return (
    <section className="page account">
      <header className="page-head">
        <h1>Watching</h1>
      </header>
      <SignedIn>{(person) => <OfPerson profiles={person.profiles} />}</SignedIn>
    </section>
  );
}

function OfPerson({ profiles }: { readonly profiles: readonly Profile[] }) {
  const [chosen, setChosen] = useState<string>();
  const field = useId();
  const profile = profiles.find(({ userId }) => userId === chosen) ?? profiles[0];
  if (profile === undefined) return <p className="quiet">You have no profile.</p>;
  return (
    <>
      {profiles.length > 1 && (
        <div className="text-field">
          <label htmlFor={field}>Profile</label>
          <select
            id={field}
            value={profile.userId}
            onChange={({ target }) => setChosen(target.value)}
          >
            {profiles.map(({ userId, name }) => (
              <option key={userId} value={userId}>
                {name}
              </option>
            ))}
          </select>
        </div>
      )}
      <OfProfile key={profile.userId} userId={profile.userId} />
    </>
  );
}

function OfProfile({ userId }: { readonly userId: string }) {
  const state = useProfileState(userId);
  if (state === undefined) return <p className="quiet">Loading …</p>;
  return (
    <WatchStateProvider state={state}>
      <p>
        <DeviceStatus />
      </p>
      <OwnList />
      <OwnHistory />
    </WatchStateProvider>
  );
}
