/** Rows of a table as the person asked for them: filtered by what is typed, in order of a column. Pure. */
export interface Column<Row> {
  readonly title: string;
  /** What is searched and sorted, and shown unless `show` of the table's cell says otherwise. */
  readonly text: (row: Row) => string;
  /** Sorts where text would sort wrongly: times, figures. */
  readonly order?: (row: Row) => number;
}

export interface Wanted {
  readonly search: string;
  /** Which column, by its place; -1 as they came. */
  readonly by: number;
  readonly descending: boolean;
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' });

/** Every word that was typed is in some column. */
export function arranged<Row>(
  rows: readonly Row[],
  columns: readonly Column<Row>[],
  { search, by, descending }: Wanted,
): readonly Row[] {
  const words = search
    .toLowerCase()
    .split(/\s+/)
    .filter((word) => word !== '');
  const found = rows.filter((row) => {
    const whole = columns
      .map(({ text }) => text(row))
      .join(' ')
      .toLowerCase();
    return words.every((word) => whole.includes(word));
  });
  const column = columns[by];
  if (!column) return found;
  const { order, text } = column;
  const compare = (a: Row, b: Row) => (order ? order(a) - order(b) : collator.compare(text(a), text(b)));
  return found.toSorted((a, b) => (descending ? compare(b, a) : compare(a, b)));
}
