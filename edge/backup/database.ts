/** What backup and restore ask the database: which migration it is at, its tables in an order in which references come first, its sequences. */
import { readFileSync } from 'node:fs';
import type postgres from 'postgres';
import { z } from 'zod';
import { Refusal } from '../../schema/refusal.ts';

export const MIGRATIONS = new URL('../../schema/migrations/', import.meta.url).pathname;

const Journal = z.looseObject({ entries: z.array(z.looseObject({ when: z.number(), tag: z.string() })) });
export type Journal = z.infer<typeof Journal>;

export function readJournal(): Journal {
  return Journal.parse(JSON.parse(readFileSync(`${MIGRATIONS}meta/_journal.json`, 'utf8')));
}

export async function migrationOf(sql: postgres.ISql): Promise<{ when: number; tag: string }> {
  const [row] = await sql`select max(created_at)::text as at from drizzle.__drizzle_migrations`;
  const when = Number(row?.['at'] ?? 0);
  const known = readJournal().entries.find((entry) => entry.when === when);
  if (!known)
    throw new Refusal(
      'conflict',
      'the database is at a migration this program does not know: use the newer one',
    );
  return { when, tag: known.tag };
}

/** Tables so that each comes after those it refers to. */
export async function tablesInOrder(sql: postgres.ISql): Promise<string[]> {
  const tables = await sql<{ name: string }[]>`
    select relname as name from pg_class where relnamespace = 'public'::regnamespace and relkind = 'r' order by relname`;
  const references = await sql<{ child: string; parent: string }[]>`
    select c.relname as child, p.relname as parent from pg_constraint k join pg_class c on c.oid = k.conrelid join pg_class p on p.oid = k.confrelid
    where k.contype = 'f' and k.connamespace = 'public'::regnamespace and c.oid <> p.oid`;
  return inOrder(
    tables.map(({ name }) => name),
    references,
  );
}

/** @throws Error when references go in a circle */
export function inOrder(
  tables: readonly string[],
  references: readonly { child: string; parent: string }[],
): string[] {
  const ordered: string[] = [];
  const left = new Set(tables);
  while (left.size > 0) {
    const free = [...left].filter(
      (table) => !references.some(({ child, parent }) => child === table && left.has(parent)),
    );
    if (free.length === 0) throw new Error(`tables refer to each other in a circle: ${[...left].join(', ')}`);
    for (const table of free) {
      left.delete(table);
      ordered.push(table);
    }
  }
  return ordered;
}

export async function columnsOf(sql: postgres.ISql, table: string): Promise<string[]> {
  const rows = await sql<{ name: string }[]>`
    select attname as name from pg_attribute where attrelid = ${`public.${table}`}::regclass and attnum > 0 and not attisdropped and attgenerated = ''
    order by attnum`;
  return rows.map(({ name }) => name);
}

export const quoted = (name: string) => `"${name.replaceAll('"', '""')}"`;
