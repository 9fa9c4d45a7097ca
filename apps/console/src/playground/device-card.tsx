import type { CommandAnswer } from '@cuepoint/client';
import { WatchStateProvider } from '@cuepoint/client/react';
import { useEffect, useId, useRef, useState } from 'react';
import { ContinueWatching } from './continue-watching.tsx';
import { DeviceConditions } from './device-conditions.tsx';
import { DeviceInside } from './device-inside.tsx';
import { DeviceStatus } from './device-status.tsx';
import { titleOf } from './films.ts';
import { HistoryPanel } from './history-panel.tsx';
import { LIST_OPTIONS } from './list-options.ts';
import { episodeAfter } from './invented.ts';
import type { OpenDevice } from './open-device.ts';
import { Player, type Showing } from './player.tsx';
import { SeriesPanel } from './series-panel.tsx';
import { WatchlistPanel } from './watchlist-panel.tsx';

/** How long a film may take to appear; whoever asked waits 5 s. */
const SHOW_TIMEOUT_MS = 4_000;

/** One device, as its person would hold it, with its network and its clock below. */
export function DeviceCard({ device }: { readonly device: OpenDevice }) {
  const { state, name, key } = device;
  const [showing, setShowing] = useState<Showing>();
  const shown = useRef<(() => void) | undefined>(undefined);
  const heading = useId();

  useEffect(
    () =>
      state.devices.onCommand((command): Promise<CommandAnswer> | undefined => {
        if (command.action !== 'load') return undefined;
        const { contentId, positionSeconds, state: playback } = command;
        return new Promise((resolve) => {
          const timer = setTimeout(() => resolve({ refused: 'too_slow' }), SHOW_TIMEOUT_MS);
          shown.current = () => {
            clearTimeout(timer);
            resolve('applied');
          };
          setShowing({
            contentId,
            startSeconds: positionSeconds,
            isPlaying: playback !== 'paused',
            startedBy: 'person',
          });
        });
      }),
    [state],
  );

  const show = (contentId: string, startedBy: Showing['startedBy']) =>
    setShowing({ contentId, startSeconds: undefined, isPlaying: true, startedBy });
  const play = (contentId: string) => show(contentId, 'person');
  /** The next episode begins by itself: nobody may be there any more. */
  const goOn = (contentId: string) => {
    const next = episodeAfter(contentId, Date.now());
    if (next !== undefined) show(next, 'autoplay');
  };

  return (
    <WatchStateProvider state={state}>
      <article className="device" aria-labelledby={heading} data-device={key}>
        <header className="device-head">
          <h2 id={heading}>{name}</h2>
          <DeviceStatus />
        </header>
        <div className={`device-screen device-screen-${key}`}>
          {showing === undefined ? (
            <p className="device-blank">Nothing is playing</p>
          ) : (
            <Player
              key={showing.contentId}
              showing={showing}
              onShown={() => shown.current?.()}
              onEnded={goOn}
              onClose={() => setShowing(undefined)}
            />
          )}
        </div>
        <ContinueWatching titleOf={titleOf} options={LIST_OPTIONS} onPlay={play} />
        <WatchlistPanel onPlay={play} />
        <SeriesPanel onPlay={play} />
        <HistoryPanel />
        <DeviceConditions device={device} />
        <DeviceInside />
      </article>
    </WatchStateProvider>
  );
}
