/** What each writer was told, and what became of it: no acknowledged write may be missing, none may have happened twice. */

export interface Write {
  /** Unique; found again in the database. */
  readonly name: string;
  /** What the API answered as its id; undefined while nobody has said that it was done. */
  id?: string;
}

/** One row of the database for each time it was done, and one of the audit trail. */
export interface Found {
  readonly name: string;
  readonly id: string;
  readonly audited: number;
}

/** @returns every breach in words, none when the history holds */
export function breaches(writes: readonly Write[], found: readonly Found[]): string[] {
  const rows = new Map<string, Found[]>();
  for (const row of found) rows.set(row.name, [...(rows.get(row.name) ?? []), row]);
  const known = new Set(writes.map(({ name }) => name));
  return [
    ...writes.flatMap((write) => breachOf(write, rows.get(write.name) ?? [])),
    ...found.filter(({ name }) => !known.has(name)).map(({ name }) => `${name}: nobody asked for it`),
  ];
}

function breachOf({ name, id }: Write, rows: readonly Found[]): string[] {
  const [row] = rows;
  if (rows.length > 1) return [`${name}: done ${rows.length} times`];
  if (id !== undefined && !row) return [`${name}: acknowledged, and lost`];
  if (id !== undefined && row?.id !== id) return [`${name}: acknowledged as ${id}, kept as ${row?.id}`];
  if (row && row.audited !== 1) return [`${name}: audited ${row.audited} times`];
  return [];
}
