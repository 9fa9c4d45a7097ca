import { useSyncStatus } from '@cuepoint/client/react';

const WORDS = {
  idle: 'Starting',
  waiting: 'Offline',
  connecting: 'Connecting',
  online: 'Online',
  halted: 'Stopped',
} as const;

/** Whether it is connected, and what waits to be sent. */
export function DeviceStatus() {
  const { connection, pending, deadLetters, haltedBy } = useSyncStatus();
  return (
    <output className="device-status">
      <span className={`dot dot-${connection}`} aria-hidden="true" />
      <span>{haltedBy === undefined ? WORDS[connection] : `Stopped: ${haltedBy}`}</span>
      {pending > 0 && (
        <span className="badge badge-pending">
          {pending === 1 ? '1 change waits' : `${pending} changes wait`}
        </span>
      )}
      {deadLetters > 0 && <span className="badge badge-dead">{deadLetters} refused</span>}
    </output>
  );
}
