import { bindVideo } from '@cuepoint/client';
import { useWatchState } from '@cuepoint/client/react';
import { useEffect, useEffectEvent, useRef, useState } from 'react';
import { clockText, titleOf } from './films.ts';
import { HandOff } from './hand-off.tsx';

export interface Showing {
  readonly contentId: string;
  /** Where another device asked it to begin; else where the person was. */
  readonly startSeconds: number | undefined;
  readonly isPlaying: boolean;
  /** The next episode of a series begins by itself. */
  readonly startedBy: 'person' | 'autoplay';
}

interface Props {
  readonly showing: Showing;
  /** The film is on the screen, at its place. */
  readonly onShown: () => void;
  readonly onEnded: (contentId: string) => void;
  readonly onClose: () => void;
}

/** Every film is the same clip of two minutes; where it is shows in the picture. */
export function Player({ showing, onShown, onEnded, onClose }: Props) {
  const { contentId, startSeconds, isPlaying, startedBy } = showing;
  const state = useWatchState();
  const video = useRef<HTMLVideoElement>(null);
  const tellShown = useEffectEvent(onShown);
  const close = useEffectEvent(onClose);
  const [moved, setMoved] = useState<{ readonly seconds: number; readonly by: string }>();

  useEffect(() => {
    const element = video.current;
    if (element === null || state === undefined) return undefined;
    const binding = bindVideo(state, element, {
      contentId,
      control: true,
      startedBy,
      ...(startSeconds !== undefined && { startSeconds }),
    });
    const end = binding.onRemoteMoved(({ item, device }) =>
      setMoved({ seconds: item.positionSeconds, by: device?.deviceName ?? 'Another device' }),
    );
    const endStop = state.devices.onCommand((command) => {
      if (command.action !== 'stop') return undefined;
      element.pause();
      close();
      return 'applied';
    });
    return () => {
      endStop();
      end();
      binding.detach();
    };
  }, [state, contentId, startSeconds, startedBy]);

  useEffect(() => {
    const element = video.current;
    if (element === null) return undefined;
    let isCurrent = true;
    async function show(): Promise<void> {
      if (element === null) return;
      if (element.readyState < HTMLMediaElement.HAVE_METADATA) {
        await new Promise((resolve) => {
          element.addEventListener('loadedmetadata', resolve, { once: true });
        });
      }
      if (!isCurrent) return;
      // A browser that forbids it leaves the film paused, which is shown as well.
      if (isPlaying) await element.play().catch(() => undefined);
      if (isCurrent) tellShown();
    }
    void show();
    return () => {
      isCurrent = false;
    };
  }, [isPlaying]);

  function goThere(seconds: number): void {
    if (video.current !== null) video.current.currentTime = seconds;
    setMoved(undefined);
  }

  const title = titleOf(contentId);
  return (
    <figure className="player">
      <video
        ref={video}
        src="/clip.webm"
        controls
        muted
        playsInline
        preload="auto"
        aria-label={title}
        onEnded={() => onEnded(contentId)}
      />
      <figcaption>
        <span className="player-title">{title}</span>
        <button type="button" className="small" onClick={onClose}>
          Close
        </button>
        <HandOff contentId={contentId} positionOf={() => video.current?.currentTime ?? 0} />
      </figcaption>
      {moved !== undefined && (
        <output className="moved">
          {moved.by} is at {clockText(moved.seconds)}.{' '}
          <button type="button" className="small" onClick={() => goThere(moved.seconds)}>
            Go there
          </button>
        </output>
      )}
    </figure>
  );
}
