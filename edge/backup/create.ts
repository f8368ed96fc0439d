/** Makes a backup: every table as it was at one moment, row by row from the database into the file. */
import postgres from 'postgres';
import type { z } from 'zod';
import { columnsOf, migrationOf, quoted, tablesInOrder } from './database.ts';
import { END_OF_SECTION, type End, type Header, type Section, type Sequences } from './format.ts';
import { type Lock, writeSealed } from './sealed-file.ts';

export interface Summary {
  readonly migration: string;
  readonly rows: Readonly<Record<string, number>>;
}

/** @param url a superuser's or BYPASSRLS connection: others would see no rows, and the database then refuses rather than leave them out */
export async function createBackup(url: string, path: string, lock: Lock, now: Date): Promise<Summary> {
  const client = postgres(url, { max: 1, onnotice: () => {}, prepare: false });
  try {
    let summary: Summary | undefined;
    await client.begin('isolation level repeatable read read only', async (sql) => {
      await sql`set local row_security = off`;
      await sql`set local statement_timeout = 0`;
      const rows: Record<string, number> = {};
      const migration = await migrationOf(sql);
      await writeSealed(path, lock, linesOf(sql, migration, now, rows));
      summary = { migration: migration.tag, rows };
    });
    if (!summary) throw new Error('nothing was written');
    return summary;
  } finally {
    await client.end();
  }
}

const line = (value: Header | Section | z.infer<typeof Sequences> | z.infer<typeof End>) =>
  `${JSON.stringify(value)}\n`;

async function* linesOf(
  sql: postgres.ISql,
  migration: Header['migration'],
  now: Date,
  rows: Record<string, number>,
): AsyncGenerator<string | Buffer> {
  yield line({ format: 'fabric-backup', version: 1, migration, createdAt: now.toISOString() });
  for (const table of await tablesInOrder(sql)) {
    const columns = await columnsOf(sql, table);
    yield line({ table, columns });
    let count = 0;
    const copy = `copy ${quoted(table)} (${columns.map(quoted).join(', ')}) to stdout`;
    for await (const chunk of await sql.unsafe(copy).readable()) {
      const octets = chunk as Buffer;
      for (const octet of octets) if (octet === 10) count += 1;
      yield octets;
    }
    rows[table] = count;
    yield `${END_OF_SECTION}\n`;
  }
  yield line({ sequences: await sequencesOf(sql) });
  yield line({ end: true, rows });
}

async function sequencesOf(sql: postgres.ISql): Promise<Record<string, string>> {
  const found = await sql<{ name: string; last: string | null }[]>`
    select sequencename as name, last_value::text as last from pg_sequences where schemaname = 'public' order by sequencename`;
  return Object.fromEntries(found.flatMap(({ name, last }) => (last === null ? [] : [[name, last]])));
}
