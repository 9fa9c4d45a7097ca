import { useWatchlist, WatchStateProvider } from '@cuepoint/client/react';
import { DeviceStatus } from '../playground/device-status.tsx';
import { QrCode } from './qr-code.tsx';
import type { ScreenCode } from './screen-session.ts';
import { useScreen } from './use-screen.ts';
import './tv.css';

/** This browser as a TV that signs in by code. */
export default function TvPage() {
  const screen = useScreen();
  return (
    <section className="page tv">
      <header className="page-head">
        <h1>This screen</h1>
      </header>
      {screen.phase === 'starting' && <p className="quiet">Loading …</p>}
      {screen.phase === 'code' && <WaitForPerson code={screen.code} />}
      {screen.phase === 'signed in' && (
        <WatchStateProvider state={screen.state}>
          <SignedInScreen />
        </WatchStateProvider>
      )}
    </section>
  );
}

function WaitForPerson({ code: { userCode, link, page } }: { readonly code: ScreenCode }) {
  return (
    <div className="tv-code">
      <QrCode text={link} label="A code for the camera of a phone" />
      <div className="page-head">
        <p>
          Point a phone at the picture, or open <strong>{page}</strong> and type
        </p>
        <output className="tv-letters">{userCode}</output>
        <p className="quiet">It is good for ten minutes; the next one follows by itself.</p>
      </div>
    </div>
  );
}

function SignedInScreen() {
  const { items } = useWatchlist();
  return (
    <>
      <p>
        It is signed in. <DeviceStatus />
      </p>
      <h2>Watchlist</h2>
      {items.length === 0 ? (
        <p className="quiet">Nothing yet.</p>
      ) : (
        <ul className="tv-list">
          {items.map(({ contentId }) => (
            <li key={contentId}>{contentId}</li>
          ))}
        </ul>
      )}
    </>
  );
}
