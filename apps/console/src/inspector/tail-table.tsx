import { DataTable, type Column } from '../table/data-table.tsx';
import { describeOp, explainResult } from './describe-op.ts';
import { timeOf } from './stamp.tsx';
import { OPS_SHOWN_MAX, type NumberedOp, type OpTailState } from './use-op-tail.ts';

const RESULT_CLASSES = {
  applied: 'badge good',
  duplicate: 'badge',
  superseded: 'badge warn',
  rejected: 'badge bad',
} as const;

const COLUMNS: readonly Column<NumberedOp>[] = [
  {
    title: 'Heard',
    cell: ({ serverTime }) => (
      <time dateTime={new Date(serverTime).toISOString()}>{timeOf(serverTime).slice(11)}</time>
    ),
  },
  {
    title: 'Result',
    cell: ({ result }) => <span className={RESULT_CLASSES[result]}>{result}</span>,
  },
  {
    title: 'Op',
    isWide: true,
    cell: ({ op }) => (
      <>
        <strong>{op.deviceId}</strong> {describeOp(op)}
        <div>
          <code>{op.contentId ?? op.key}</code>
        </div>
      </>
    ),
  },
  { title: 'Which write won, and why', isWide: true, cell: explainResult },
  {
    title: 'Stamp',
    cell: ({ op, source }) => (
      <>
        <code>{op.timestamp}</code>
        {op.claim === undefined ? null : (
          <div className="quiet">
            continues <code>{op.claim}</code>
          </div>
        )}
        {source === 'here' ? null : <div className="quiet">by another instance</div>}
      </>
    ),
  },
];

export interface TailTableProps {
  readonly tail: OpTailState;
  readonly ops: readonly NumberedOp[];
  readonly isFiltered: boolean;
}

/** The ops as they come, the newest first. */
export function TailTable({ tail, ops, isFiltered }: TailTableProps) {
  return (
    <>
      <DataTable
        title="Live tail"
        note={<TailNote tail={tail} />}
        columns={COLUMNS}
        rows={ops}
        keyOf={({ number }) => String(number)}
        empty={
          isFiltered
            ? 'Nothing here has these words.'
            : 'Nothing yet. What a device changes from now on appears here.'
        }
      />
      {tail.dropped === 0 ? null : (
        <p className="notice warn">
          {tail.dropped.toLocaleString()} ops are missing here: they came faster than this page took
          them. Every one of them is stored.
        </p>
      )}
    </>
  );
}

function TailNote({ tail: { state, seen, problem } }: { readonly tail: OpTailState }) {
  return (
    <output>
      {state === 'open' ? (
        <span className="badge good">listening</span>
      ) : (
        <span className={state === 'connecting' ? 'badge' : 'badge bad'}>
          {state === 'connecting' ? 'connecting' : (problem?.message ?? 'lost; tries again')}
        </span>
      )}{' '}
      {seen > OPS_SHOWN_MAX ? `the newest ${OPS_SHOWN_MAX} of ${seen.toLocaleString()}` : null}
    </output>
  );
}
