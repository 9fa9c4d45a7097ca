import { DataTable, type Column } from '../table/data-table.tsx';
import { clockOf } from './describe-op.ts';
import { describeVerdict } from './describe-verdict.ts';
import type {
  DeviceRow,
  ExplainedRow,
  InspectedUser,
  NewestRows,
  PlayRow,
  RegisterRow,
  SaidRow,
  SessionRow,
  TagRow,
} from './inspected-user.ts';
import { Stamp, timeOf } from './stamp.tsx';

const WATCHING_COLUMNS: readonly Column<ExplainedRow>[] = [
  { title: 'Group', cell: ({ verdict }) => <code>{verdict.groupId}</code> },
  {
    title: 'On the list',
    cell: ({ verdict }) =>
      verdict.hiddenBy === undefined ? (
        <span className="badge good">{verdict.reason}</span>
      ) : (
        <span className="badge">hidden: {verdict.hiddenBy}</span>
      ),
  },
  { title: 'Content', cell: ({ verdict }) => <code>{verdict.contentId}</code> },
  { title: 'Why', cell: ({ verdict }) => describeVerdict(verdict) },
  {
    title: 'Written of it',
    cell: ({ said }) =>
      said.map(({ kind, key, value, written }) => (
        <div key={`${kind} ${key}`}>
          {kind} <code>{value === null ? 'cleared' : JSON.stringify(value)}</code>
          <Stamp writer={written} />
        </div>
      )),
  },
];

const TAG_COLUMNS: readonly Column<TagRow>[] = [
  { title: 'Content', cell: ({ contentId }) => <code>{contentId}</code> },
  {
    title: 'State',
    cell: ({ isLive }) =>
      isLive ? <span className="badge good">live</span> : <span className="badge">tombstone</span>,
  },
  { title: 'Added', cell: ({ added }) => <Stamp writer={added} /> },
  { title: 'Removed', cell: ({ removed }) => <Stamp writer={removed} /> },
  { title: 'Tag', cell: ({ tag }) => <code>{tag}</code> },
];

const REGISTER_COLUMNS: readonly Column<RegisterRow>[] = [
  { title: 'Content', cell: ({ contentId }) => <code>{contentId}</code> },
  {
    title: 'State',
    cell: ({ isCleared, state }) => (
      <span className={isCleared ? 'badge warn' : 'badge'}>{isCleared ? 'cleared' : state}</span>
    ),
  },
  { title: 'Position', isNumber: true, cell: ({ positionSeconds }) => secondsOf(positionSeconds) },
  { title: 'Duration', isNumber: true, cell: ({ durationSeconds }) => secondsOf(durationSeconds) },
  { title: 'Written by the winner', cell: ({ written }) => <Stamp writer={written} /> },
];

const SAID_COLUMNS: readonly Column<SaidRow>[] = [
  { title: 'Kind', cell: ({ register }) => register },
  { title: 'Key', cell: ({ key }) => <code>{key}</code> },
  {
    title: 'Value',
    cell: ({ value }) =>
      value === null ? (
        <span className="badge warn">cleared</span>
      ) : (
        <code>{JSON.stringify(value)}</code>
      ),
  },
  { title: 'Written by the winner', cell: ({ written }) => <Stamp writer={written} /> },
];

const PLAY_COLUMNS: readonly Column<PlayRow>[] = [
  { title: 'Content', cell: ({ contentId }) => <code>{contentId ?? 'unknown'}</code> },
  { title: 'Watched', cell: ({ watchedAt }) => watchedAt ?? 'nobody knows when' },
  { title: 'Source', cell: ({ source }) => source ?? '–' },
  { title: 'Added', cell: ({ added }) => <Stamp writer={added} /> },
  { title: 'Removed', cell: ({ removed }) => <Stamp writer={removed} /> },
  { title: 'Play', cell: ({ playId }) => <code>{playId}</code> },
];

const DEVICE_COLUMNS: readonly Column<DeviceRow>[] = [
  {
    title: 'Device',
    cell: ({ deviceId, deviceName }) => (
      <>
        {deviceName === null ? null : <strong>{deviceName}</strong>}
        <div className="quiet">
          <code>{deviceId}</code>
        </div>
      </>
    ),
  },
  { title: 'Presence', cell: (device) => <Presence device={device} /> },
  { title: 'Type', cell: ({ deviceType }) => deviceType },
  { title: 'Platform', cell: ({ platform, appVersion }) => `${platform} ${appVersion}` },
  {
    title: 'Last seen',
    cell: ({ lastSeen }) => <time dateTime={lastSeen}>{timeOf(lastSeen)}</time>,
  },
];

const SESSION_COLUMNS: readonly Column<SessionRow>[] = [
  { title: 'Device', cell: ({ deviceId }) => <code>{deviceId}</code> },
  {
    title: 'Phase',
    cell: ({ phase }) => (
      <span className={phase === 'live' ? 'badge good' : 'badge warn'}>{phase}</span>
    ),
  },
  { title: 'Cursor', cell: ({ hasCursor }) => (hasCursor ? 'known' : 'not yet') },
  {
    title: 'Pushes in flight',
    isNumber: true,
    cell: ({ pushesInFlight }) => pushesInFlight.toLocaleString(),
  },
  {
    title: 'Bytes waiting',
    isNumber: true,
    cell: ({ bytesWaiting }) => bytesWaiting.toLocaleString(),
  },
  {
    title: 'Since',
    cell: ({ openedAt }) => <time dateTime={openedAt}>{timeOf(openedAt)}</time>,
  },
];

export interface UserTablesProps {
  /** What is left of it by the filter. */
  readonly user: InspectedUser;
  readonly isFiltered: boolean;
}

/** What is stored of a user, and the sessions that one instance holds of them. */
export function UserTables({ user, isFiltered }: UserTablesProps) {
  const empty = (what: string): string =>
    isFiltered ? 'Nothing here has these words.' : `There is no ${what}.`;
  return (
    <>
      <DataTable
        title="Continue watching"
        note={countOf(user.watching, isFiltered)}
        columns={WATCHING_COLUMNS}
        rows={user.watching.items}
        keyOf={({ verdict }) => verdict.groupId}
        empty={empty('group that anything was done with')}
      />
      <DataTable
        title="Watchlist"
        note={countOf(user.watchlist, isFiltered)}
        columns={TAG_COLUMNS}
        rows={user.watchlist.items}
        keyOf={({ tag }) => tag}
        empty={empty('tag, and no tombstone')}
      />
      <DataTable
        title="Progress"
        note={countOf(user.progress, isFiltered)}
        columns={REGISTER_COLUMNS}
        rows={user.progress.items}
        keyOf={({ contentId }) => contentId}
        empty={empty('register')}
      />
      <DataTable
        title="Registers"
        note={countOf(user.registers, isFiltered)}
        columns={SAID_COLUMNS}
        rows={user.registers.items}
        keyOf={({ register, key }) => `${register} ${key}`}
        empty={empty('register of another kind')}
      />
      <DataTable
        title="Plays"
        note={countOf(user.plays, isFiltered)}
        columns={PLAY_COLUMNS}
        rows={user.plays.items}
        keyOf={({ playId }) => playId}
        empty={empty('play')}
      />
      <DataTable
        title="Devices"
        note={countOf(user.devices, isFiltered)}
        columns={DEVICE_COLUMNS}
        rows={user.devices.items}
        keyOf={({ deviceId }) => deviceId}
        empty={empty('device')}
      />
      <DataTable
        title="Sessions"
        note="on the instance that answered"
        columns={SESSION_COLUMNS}
        rows={user.sessions}
        keyOf={({ sessionId }) => sessionId}
        empty={empty('live session on the instance that answered; other instances may hold some')}
      />
    </>
  );
}

function Presence({ device }: { readonly device: DeviceRow }) {
  if (device.revokedAt !== null) return <span className="badge bad">revoked</span>;
  return device.isOnline ? (
    <span className="badge good">online</span>
  ) : (
    <span className="badge">offline</span>
  );
}

function countOf({ items, isTruncated }: NewestRows<unknown>, isFiltered: boolean) {
  const shown = items.length.toLocaleString();
  if (isTruncated) {
    return <span className="badge warn">{shown} of the newest; there are more</span>;
  }
  return isFiltered ? `${shown} of those there are` : shown;
}

function secondsOf(seconds: number | null): string {
  return seconds === null ? '–' : clockOf(seconds);
}
