import { useState } from 'react';
import type { Person } from './ask-account.ts';
import { ConfirmScreen } from './confirm-screen.tsx';
import { FindScreen } from './find-screen.tsx';
import { SignedIn } from './signed-in.tsx';
import { takeCode } from './take-code.ts';
import './account.css';

/** A screen that waits, and the code it shows. */
export interface FoundScreen {
  readonly userCode: string;
  readonly label: string;
  readonly since: string;
}

/** A person confirms a TV that shows a code, and picks its profile. */
export default function LinkPage() {
  const [code] = useState(takeCode);
  return (
    <section className="page account">
      <header className="page-head">
        <h1>Add a TV</h1>
        <p className="lead">
          The TV shows eight letters. Type them here, or point the camera at it.
        </p>
      </header>
      <SignedIn>{(person) => <Link person={person} code={code} />}</SignedIn>
    </section>
  );
}

function Link({ person, code }: { readonly person: Person; readonly code: string | undefined }) {
  const [found, setFound] = useState<FoundScreen>();
  const [outcome, setOutcome] = useState<string>();
  if (outcome !== undefined) {
    return (
      <div className="panel-card">
        <output>{outcome}</output>
        <div>
          <button
            type="button"
            onClick={() => {
              setOutcome(undefined);
              setFound(undefined);
            }}
          >
            Add another one
          </button>
        </div>
      </div>
    );
  }
  return found === undefined ? (
    <FindScreen initial={code ?? ''} onFound={setFound} />
  ) : (
    <ConfirmScreen
      screen={found}
      profiles={person.profiles}
      onDone={setOutcome}
      onBack={() => setFound(undefined)}
    />
  );
}
