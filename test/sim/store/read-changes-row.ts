import type { ProgressOp, RegisterSetOp } from '@cuepoint/core';
import { registerOf } from '../op-key.ts';
import { isVisible, snapshotToText, textToSnapshot, type Snapshot } from './snapshot.ts';
import type { StatementContext } from './statements.ts';
import type { RegisterRecord, TagRecord } from './tables.ts';

const FIELD_SEPARATOR = '\u001f';
const ROW_SEPARATOR = '\u001e';

/** `read-changes.sql`, in memory: a user's changes since a cursor, or the whole state. [CUR1] [CUR2] */
export function readChangesRow(context: StatementContext, params: readonly unknown[]): unknown[] {
  const { tables, snapshot, database } = context;
  const [userId, seen, , , , , isWhole, kindAfter, keyAfter, limit, atAfter] = params;
  const since = typeof seen === 'string' ? textToSnapshot(seen) : undefined;
  const isRefused = since === undefined || refuses(context, since, params);
  const isAll = isWhole === true || isRefused;
  const isChanged = (xid: number) => isAll || (since !== undefined && !isVisible(xid, since));
  const rowOf = (record: TagRecord | RegisterRecord): Row => {
    const fields =
      'entry' in record
        ? tagChange(record)
        : record.op.kind === 'register.set'
          ? saidChange(record.op)
          : progressChange(record.op);
    const key = 'entry' in record ? record.entry.tag : (registerOf(record.op) ?? '');
    const kinds = isAll ? WHOLE_KINDS : CHANGE_KINDS;
    return { kind: kinds[fields[0]], at: isAll ? 0 : record.xid, key, fields };
  };
  const after: Omit<Row, 'fields'> = {
    kind: Number(kindAfter),
    at: Number(atAfter ?? 0),
    key: String(keyAfter),
  };
  const rows = [...tables.tags.values(), ...tables.registers.values()]
    .filter((record) => record.userId === userId && isChanged(record.xid))
    .map(rowOf)
    .filter((row) => (isRefused ? true : compareRows(row, after) > 0))
    .sort(compareRows)
    .slice(0, Number(limit));
  const page = rows.slice(0, Number(limit) - 1);
  const end = page.length < rows.length ? page.at(-1) : undefined;
  return [
    {
      seen: snapshotToText(snapshot),
      system_identifier: database.systemIdentifier,
      timeline: database.timeline,
      incarnation: database.incarnation,
      recovered_at_us: database.recoveredAtUs,
      read_at_ms: context.nowMs,
      cursor_refused: isRefused,
      changes: page.map(({ fields }) => fields.join(FIELD_SEPARATOR)).join(ROW_SEPARATOR),
      end_kind: end?.kind ?? null,
      end_at: end === undefined || isAll ? null : String(end.at),
      end_key: end?.key ?? null,
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

/** A row and where it stands among the pages. */
interface Row {
  readonly kind: number;
  readonly at: number;
  readonly key: string;
  readonly fields: Change;
}

function compareRows(a: Omit<Row, 'fields'>, b: Omit<Row, 'fields'>): number {
  return a.kind - b.kind || a.at - b.at || (a.key === b.key ? 0 : a.key < b.key ? -1 : 1);
}

/** Where pages have tags, positions and registers. */
const WHOLE_KINDS = [0, 1, 4] as const;
const CHANGE_KINDS = [2, 3, 5] as const;

type Change = readonly [kind: 0 | 1 | 2, key: string, ...rest: (string | number)[]];

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

function saidChange({ register, key, value, timestamp, claim, deviceId }: RegisterSetOp): Change {
  return [
    2,
    register,
    key,
    timestamp.physical,
    timestamp.logical,
    claim?.physical ?? '',
    claim?.logical ?? '',
    deviceId,
    value === null ? '' : JSON.stringify(value),
  ];
}

function progressChange(op: ProgressOp): Change {
  const isSet = op.kind === 'progress.set';
  return [
    1,
    op.contentId,
    op.timestamp.physical,
    op.timestamp.logical,
    (isSet ? op.claim?.physical : undefined) ?? '',
    (isSet ? op.claim?.logical : undefined) ?? '',
    op.deviceId,
    isSet ? op.positionSeconds : 0,
    isSet ? op.durationSeconds : 0,
    isSet ? op.state : 'stopped',
    isSet ? 'f' : 't',
  ];
}
