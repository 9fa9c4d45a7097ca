import type { WatchState } from '@cuepoint/client';
import { useWatchState } from '@cuepoint/client/react';
import { continueWatchingOf } from '@cuepoint/client/continue-watching';
import { useEffect, useState } from 'react';
import { titleOf } from './films.ts';
import { LIST_OPTIONS } from './list-options.ts';

const STATES = {
  unsent: 'not sent',
  inFlight: 'on its way',
  unanswered: 'sent, no answer yet',
  dead: 'refused',
} as const;
/** A cursor is opaque; its end is enough to see that it moved. */
const CURSOR_SHOWN = 12;

/** What a device has inside: its outbox, how far it has read, and why its Continue Watching is as it is. */
export function DeviceInside() {
  const state = useWatchState();
  const [isOpen, setOpen] = useState(false);
  return (
    <details className="inside" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary>Outbox, cursor and reasons</summary>
      {isOpen && state !== undefined && <Inside state={state} />}
    </details>
  );
}

function Inside({ state }: { readonly state: WatchState }) {
  const { outbox, cursor, isLeader } = useInspection(state);
  return (
    <>
      {outbox.length === 0 ? (
        <p className="quiet">The outbox is empty: everything is committed.</p>
      ) : (
        <ol>
          {outbox.map((entry) => (
            <li key={entry.id}>
              {entry.op.kind} {titleOf(entry.op.contentId ?? '')}: {STATES[entry.state]},{' '}
              {new Date(entry.op.timestamp.physical).toISOString()}
              {entry.state === 'unsent' && ' (until it is sent)'}
            </li>
          ))}
        </ol>
      )}
      <Reasons state={state} />
      <dl>
        <dt>Cursor</dt>
        <dd>
          <code>{cursor === undefined ? 'none yet' : `…${cursor.slice(-CURSOR_SHOWN)}`}</code>
        </dd>
        <dt>Device</dt>
        <dd>
          <code>{state.devices.thisDeviceId}</code>
          {isLeader ? ', connects for all tabs' : ', another tab connects'}
        </dd>
      </dl>
    </>
  );
}

/** Why each title is on Continue Watching, and why each other is not. */
function Reasons({ state }: { readonly state: WatchState }) {
  const verdicts = continueWatchingOf(state, LIST_OPTIONS).explain();
  if (verdicts.length === 0) return null;
  return (
    <ul className="reasons">
      {verdicts.map((verdict) => (
        <li key={verdict.groupId}>
          {titleOf(verdict.contentId)}:{' '}
          {'reason' in verdict ? verdict.reason : `not shown, ${verdict.hiddenBy}`} (
          {verdict.why.rule}), engaged {new Date(verdict.engagedAt.physical).toISOString()}
        </li>
      ))}
    </ul>
  );
}

/** Anything that the device does shows in its status, its watchlist, its progress or its Continue Watching. */
function useInspection(state: WatchState) {
  const [inspection, setInspection] = useState(() => state.inspect());
  useEffect(() => {
    const look = () => setInspection(state.inspect());
    const list = continueWatchingOf(state, LIST_OPTIONS);
    const ends = [state.status, state.watchlist, state.progress, list].map((part) =>
      part.subscribe(look),
    );
    look();
    return () => {
      for (const end of ends) end();
    };
  }, [state]);
  return inspection;
}
