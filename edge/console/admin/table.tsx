/** The one table of administration: a filter box, columns that sort, what to do where there is nothing; on a phone each row is a card. */
import type { ComponentChildren } from 'preact';
import { useState } from 'preact/hooks';
import { arranged, type Column } from './arrange.ts';

export interface ShownColumn<Row> extends Column<Row> {
  readonly show?: (row: Row) => ComponentChildren;
  /** Stays on one line where there is room for a table. */
  readonly whole?: true;
}

interface Props<Row> {
  readonly label: string;
  readonly rows: readonly Row[];
  readonly columns: readonly ShownColumn<Row>[];
  readonly keyOf: (row: Row) => string;
  /** Says what to do when there is nothing yet. */
  readonly empty: ComponentChildren;
  /** Buttons of a row; false for who may do nothing here. */
  readonly actions?: false | ((row: Row) => ComponentChildren);
}

export function Table<Row>({ label, rows, columns, keyOf, empty, actions }: Props<Row>) {
  const [search, setSearch] = useState('');
  const [sort, setSort] = useState({ by: -1, descending: false });
  if (rows.length === 0) return <p class="empty">{empty}</p>;
  const shown = arranged(rows, columns, { search, ...sort });
  const sortBy = (by: number) => setSort({ by, descending: sort.by === by ? !sort.descending : false });
  return (
    <>
      <div class="filter">
        <input
          type="search"
          placeholder="Filter"
          aria-label={`Filter ${label}`}
          value={search}
          onInput={(event) => setSearch(event.currentTarget.value)}
        />
        <span class="muted" role="status">
          {shown.length === rows.length ? rows.length : `${shown.length} of ${rows.length}`}
        </span>
      </div>
      <table class="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map(({ title }, at) => (
              <th key={title} scope="col" aria-sort={directionOf(sort, at)}>
                <button type="button" class="sort" onClick={() => sortBy(at)}>
                  {title}
                </button>
              </th>
            ))}
            {actions && (
              <th scope="col">
                <span class="unseen">Actions</span>
              </th>
            )}
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <tr key={keyOf(row)} data-testid={`row-${keyOf(row)}`}>
              {columns.map(({ title, text, show, whole }) => (
                <td key={title} data-title={title} class={whole ? 'whole' : ''}>
                  {show ? show(row) : text(row)}
                </td>
              ))}
              {actions && <td class="acts">{actions(row)}</td>}
            </tr>
          ))}
        </tbody>
      </table>
      {shown.length === 0 && <p class="empty">Nothing here has “{search}” in it.</p>}
    </>
  );
}

function directionOf(sort: { by: number; descending: boolean }, at: number) {
  if (sort.by !== at) return 'none';
  return sort.descending ? 'descending' : 'ascending';
}
