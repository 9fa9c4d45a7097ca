// A page of a streaming app in React: the list, what was begun, and the person's other screens. `App` opens the watch
// state when it is in a browser; on a server it renders what a browser shows first.
import { bindVideo, createWatchState, type WatchState } from '@cuepoint/client';
import {
  useContinueWatching,
  useDevices,
  useProgress,
  useSyncStatus,
  useWatchlist,
  useWatchState,
  WatchStateProvider,
} from '@cuepoint/client/react';
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
  const items = useContinueWatching();
  if (items.length === 0) return null;
  return (
    <section>
      <h2>Continue watching</h2>
      {items.map(({ contentId }) => (
        <ContinueWatchingItem key={contentId} contentId={contentId} />
      ))}
    </section>
  );
}

function ContinueWatchingItem({ contentId }: { readonly contentId: string }) {
  const { item, markWatched } = useProgress(contentId);
  if (item === undefined) return null;
  const { positionSeconds, durationSeconds } = item;
  return (
    <p>
      {FILMS[contentId] ?? contentId}{' '}
      <progress value={positionSeconds} max={Math.max(durationSeconds, positionSeconds)} />{' '}
      <button type="button" disabled={durationSeconds === 0} onClick={() => markWatched()}>
        Watched
      </button>
    </p>
  );
}

function Devices() {
  const { devices, handOff } = useDevices();
  const [current] = useContinueWatching();
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
