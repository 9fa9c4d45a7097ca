// A page of a streaming app in React: the list, what was begun, and the person's other screens. `App` opens the watch
// state when it is in a browser; on a server it renders what a browser shows first.
import { bindVideo, createWatchState, type WatchState } from '@cuepoint/client';
import {
  useDevices,
  useSyncStatus,
  useWatchlist,
  useWatchState,
  WatchStateProvider,
} from '@cuepoint/client/react';
import { useContinueWatching, type Card } from '@cuepoint/client/react/continue-watching';
import { useWatched } from '@cuepoint/client/react/watched';
import { useEffect, useRef, useState } from 'react';

const FILMS: Readonly<Record<string, string>> = {
  'film:metropolis': 'Metropolis',
  'film:m': 'M',
  'film:nosferatu': 'Nosferatu',
};

export interface AppProps {
  /** Where the service is. */
  readonly url: string;
  /** Of the app's own sign-in. */
  readonly getToken: () => Promise<string>;
}

export function App({ url, getToken }: AppProps) {
  const [state, setState] = useState<WatchState>();
  useEffect(() => {
    const opening = createWatchState({
      url,
      getToken,
      device: { deviceType: 'Web', platform: 'Web', appVersion: '1.0.0' },
    });
    let isWanted = true;
    void opening.then((opened) => isWanted && setState(opened));
    return () => {
      isWanted = false;
      void opening.then((opened) => opened.close());
    };
  }, [url, getToken]);
  return (
    <WatchStateProvider state={state}>
      <SyncStatus />
      <Films />
      <ContinueWatching />
      <Devices />
    </WatchStateProvider>
  );
}

function SyncStatus() {
  const { isOnline, pending } = useSyncStatus();
  return (
    <p role="status">
      {isOnline ? 'Online' : 'Offline'}
      {pending > 0 && `, ${pending} changes wait`}
    </p>
  );
}

function Films() {
  const { has, add, remove } = useWatchlist();
  return (
    <section>
      <h2>Films</h2>
      {Object.entries(FILMS).map(([contentId, title]) => (
        <p key={contentId}>
          {title}{' '}
          <button
            type="button"
            aria-pressed={has(contentId)}
            onClick={() => (has(contentId) ? remove(contentId) : add(contentId))}
          >
            On my list
          </button>
        </p>
      ))}
    </section>
  );
}

function ContinueWatching() {
  const { cards, dismiss } = useContinueWatching();
  if (cards.length === 0) return null;
  return (
    <section>
      <h2>Continue watching</h2>
      {cards.map((card) => (
        <ContinueWatchingCard key={card.groupId} card={card} dismiss={dismiss} />
      ))}
    </section>
  );
}

interface CardProps {
  readonly card: Card;
  readonly dismiss: (groupId: string) => void;
}

function ContinueWatchingCard({ card, dismiss }: CardProps) {
  const { contentId, groupId, positionSeconds, durationSeconds } = card;
  const { mark } = useWatched(contentId);
  return (
    <p>
      {FILMS[contentId] ?? contentId}{' '}
      <progress value={positionSeconds} max={Math.max(durationSeconds, positionSeconds)} />{' '}
      <button type="button" onClick={() => mark()}>
        Watched
      </button>{' '}
      <button type="button" onClick={() => dismiss(groupId)}>
        Not now
      </button>
    </p>
  );
}

function Devices() {
  const { devices, handOff } = useDevices();
  const [current] = useContinueWatching().cards;
  const others = devices.filter(({ isThisDevice }) => !isThisDevice);
  return (
    <section>
      <h2>Devices</h2>
      {others.map(({ deviceId, deviceName, platform, state }) => (
        <p key={deviceId}>
          {deviceName ?? platform}{' '}
          <button
            type="button"
            disabled={state !== 'online' || current === undefined}
            onClick={() => {
              if (current !== undefined) void handOff(deviceId, { contentId: current.contentId });
            }}
          >
            Play there
          </button>
        </p>
      ))}
    </section>
  );
}

/** A player that begins where the person stopped, and can be controlled from their other devices. */
export function Player({ contentId, src }: { readonly contentId: string; readonly src: string }) {
  const state = useWatchState();
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => {
    if (state === undefined || video.current === null) return;
    const binding = bindVideo(state, video.current, { contentId, control: true });
    return () => binding.detach();
  }, [state, contentId]);
  // By key: an element has one content, and never the position of another.
  return <video key={contentId} ref={video} src={src} controls playsInline />;
}
