import { useId, type ReactNode } from 'react';
import './data-table.css';

export interface Column<Row> {
  readonly title: string;
  readonly cell: (row: Row) => ReactNode;
  /** Figures stand below each other. */
  readonly isNumber?: boolean;
  /** Sentences, which are hard to read in a narrow column. */
  readonly isWide?: boolean;
}

export interface DataTableProps<Row> {
  readonly title: string;
  /** Beside the title, such as how many rows there are. */
  readonly note?: ReactNode;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly keyOf: (row: Row) => string;
  /** What stands there instead of rows. */
  readonly empty: string;
}

/** A table that is scrolled sideways by touch, wheel and keys where the screen is too narrow for it. */
export function DataTable<Row>({ title, note, columns, rows, keyOf, empty }: DataTableProps<Row>) {
  const titleId = useId();
  return (
    <div className="data-table">
      <div className="data-table-head">
        <h2 id={titleId}>{title}</h2>
        {note === undefined ? null : <p className="quiet">{note}</p>}
      </div>
      {rows.length === 0 ? (
        <p className="data-table-empty quiet">{empty}</p>
      ) : (
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls is reached by keys
        <section className="data-table-scroll" aria-labelledby={titleId} tabIndex={0}>
          <table aria-labelledby={titleId}>
            <thead>
              <tr>
                {columns.map((column) => (
                  <th key={column.title} scope="col" className={classOf(column)}>
                    {column.title}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={keyOf(row)}>
                  {columns.map((column) => (
                    <td key={column.title} className={classOf(column)}>
                      {column.cell(row)}
                    </td>
                  ))}
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      )}
    </div>
  );
}

function classOf<Row>({ isNumber, isWide }: Column<Row>): string | undefined {
  if (isNumber === true) return 'number';
  return isWide === true ? 'wide' : undefined;
}
