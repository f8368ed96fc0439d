/**
 * Restores a backup into an empty database: the schema as it was when the backup was made, then its rows in one transaction, then the migrations since. The file
 * is read to its authenticated end before anything is committed.
 */
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import postgres from 'postgres';
import { Refusal } from '../../schema/refusal.ts';
import { applyMigrations } from '../setup/setup.ts';
import type { Summary } from './create.ts';
import { columnsOf, MIGRATIONS, quoted, readJournal, tablesInOrder } from './database.ts';
import type { Header } from './format.ts';
import { readBackup, type Visitor } from './read.ts';
import { type Key, readSealed } from './sealed-file.ts';

/** @throws Refusal `conflict` when the database is not empty or the backup is of a newer program, `backup_invalid` */
export async function restoreBackup(url: string, path: string, key: Key): Promise<Summary> {
  const client = postgres(url, { max: 1, onnotice: () => {}, prepare: false });
  try {
    const [found] = await client`
      select count(*)::int as tables from pg_class where relkind in ('r', 'p') and relnamespace in (select oid from pg_namespace where nspname in ('public', 'drizzle'))`;
    if (found?.['tables'] !== 0)
      throw new Refusal('conflict', 'the database is not empty: restore into a new one');
    // Everything is read once before anything is written: a bad file leaves the database empty.
    const header = await headerOf(path, key);
    await migrateTo(url, header.migration.when);
    const summary = await client.begin(async (sql) => {
      await sql`set local statement_timeout = 0`;
      const tables = await tablesInOrder(sql);
      for (const table of tables)
        await sql.unsafe(`alter table ${quoted(table)} disable trigger user, no force row level security`);
      const done = await readBackup(readSealed(path, key), writer(sql, new Set(tables)));
      for (const table of tables)
        await sql.unsafe(`alter table ${quoted(table)} enable trigger user, force row level security`);
      return done;
    });
    await applyMigrations(url, MIGRATIONS);
    return summary;
  } finally {
    await client.end();
  }
}

async function headerOf(path: string, key: Key): Promise<Header> {
  let header: Header | undefined;
  await readBackup(readSealed(path, key), {
    begin: async (found) => {
      header = found;
    },
  });
  if (!header) throw new Refusal('backup_invalid');
  return header;
}

function writer(sql: postgres.ISql, tables: ReadonlySet<string>): Visitor {
  return {
    table: async ({ table, columns }, rows) => {
      if (!tables.has(table))
        throw new Refusal('backup_invalid', `the backup holds an unknown table ${table}`);
      const known = new Set(await columnsOf(sql, table));
      const unknown = columns.filter((column) => !known.has(column));
      if (unknown.length > 0)
        throw new Refusal('backup_invalid', `${table} has no column ${unknown.join(', ')}`);
      const copy = `copy ${quoted(table)} (${columns.map(quoted).join(', ')}) from stdin`;
      await pipeline(Readable.from(rows, { objectMode: false }), await sql.unsafe(copy).writable());
    },
    sequences: async (values) => {
      for (const [name, last] of Object.entries(values))
        await sql`select setval(${`public.${quoted(name)}`}::regclass, ${last}::bigint)`;
    },
  };
}

/** The schema as it was at one migration: the migrator reads the journal, so it is given a shorter one. */
async function migrateTo(url: string, when: number): Promise<void> {
  const journal = readJournal();
  if (!journal.entries.some((entry) => entry.when === when))
    throw new Refusal('conflict', 'the backup is of a newer program than this: restore it with that one');
  const folder = mkdtempSync(join(tmpdir(), 'fabric-migrations-'));
  try {
    cpSync(MIGRATIONS, folder, { recursive: true });
    const entries = journal.entries.filter((entry) => entry.when <= when);
    writeFileSync(join(folder, 'meta', '_journal.json'), JSON.stringify({ ...journal, entries }));
    await applyMigrations(url, folder);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
