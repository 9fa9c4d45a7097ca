import { isVisible, snapshotToText, textToSnapshot, type Snapshot } from './snapshot.ts';
import type { StatementContext } from './statements.ts';
import type { RegisterRecord, TagRecord } from './tables.ts';

const FIELD_SEPARATOR = '\u001f';
const ROW_SEPARATOR = '\u001e';

/** `read-changes.sql`, in memory: a user's changes since a cursor, or the whole state. [CUR1] [CUR2] */
export function readChangesRow(context: StatementContext, params: readonly unknown[]): unknown[] {
  const { tables, snapshot, database } = context;
  const [userId, seen, , , , , isWhole, kindAfter, keyAfter, limit] = params;
  const since = typeof seen === 'string' ? textToSnapshot(seen) : undefined;
  const isRefused = since === undefined || refuses(context, since, params);
  const isChanged = (xid: number) =>
    isWhole === true || isRefused || (since !== undefined && !isVisible(xid, since));
  const tags = [...tables.tags.values()]
    .filter((row) => row.userId === userId && isChanged(row.xid))
    .filter(({ entry }) => kindAfter === 0 && entry.tag > String(keyAfter))
    .map(tagChange);
  const registers = [...tables.registers.values()]
    .filter((row) => row.userId === userId && isChanged(row.xid))
    .filter(({ op }) => kindAfter === 0 || op.contentId > String(keyAfter))
    .map(registerChange);
  const changes = [...tags, ...registers].sort(
    (a, b) => a[0] - b[0] || (a[1] === b[1] ? 0 : a[1] < b[1] ? -1 : 1),
  );
  return [
    {
      seen: snapshotToText(snapshot),
      system_identifier: database.systemIdentifier,
      timeline: database.timeline,
      incarnation: database.incarnation,
      recovered_at_us: database.recoveredAtUs,
      read_at_ms: context.nowMs,
      cursor_refused: isRefused,
      changes: changes
        .slice(0, Number(limit))
        .map((fields) => fields.join(FIELD_SEPARATOR))
        .join(ROW_SEPARATOR),
    },
  ];
}

function refuses(
  { tables, snapshot, database }: StatementContext,
  since: Snapshot,
  [, , systemIdentifier, timeline, incarnation, recoveredAtUs]: readonly unknown[],
): boolean {
  return (
    systemIdentifier !== database.systemIdentifier ||
    timeline !== database.timeline ||
    incarnation !== database.incarnation ||
    recoveredAtUs !== database.recoveredAtUs ||
    since.xmax > snapshot.xmax ||
    since.xmin <= tables.cursorFloor
  );
}

type Change = readonly [kind: 0 | 1, key: string, ...rest: (string | number)[]];

/** What is null is empty, as the statement has it. */
function tagChange({ entry: { tag, contentId, added, removed } }: TagRecord): Change {
  return [
    0,
    tag,
    contentId,
    added?.timestamp.physical ?? '',
    added?.timestamp.logical ?? '',
    added?.deviceId ?? '',
    removed?.timestamp.physical ?? '',
    removed?.timestamp.logical ?? '',
    removed?.deviceId ?? '',
  ];
}

function registerChange({ op }: RegisterRecord): Change {
  const isSet = op.kind === 'progress.set';
  return [
    1,
    op.contentId,
    op.timestamp.physical,
    op.timestamp.logical,
    op.deviceId,
    isSet ? op.positionSeconds : 0,
    isSet ? op.durationSeconds : 0,
    isSet ? op.state : 'stopped',
    isSet ? 'f' : 't',
  ];
}
