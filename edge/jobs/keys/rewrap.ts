/**
 * Moves every wrapped key to the newest version of the key service, or from one service to the other. Texts that something else changed meanwhile are left to the next pass; it is done when a whole pass found
 * nothing to move.
 */
import { type SQL, sql } from 'drizzle-orm';
import type { KeyOperationPlace } from '../../../schema/tables/keys.ts';
import { masterKeysOf } from '../../keys/configured.ts';
import { keepDerivationRoot } from '../../keys/derivation-root.ts';
import { dataKeyPlace, rewrapSealed, ringOf, type Sealer } from '../../keys/envelope.ts';
import type { Services } from '../../services.ts';
import { advance, BATCH, CannotGoOn, type KeyOperation, MAX_PASSES, NIL } from './operation.ts';
import { PLATFORM_COLUMNS, WRAPPED_COLUMN } from './sealed-columns.ts';

interface Row extends Record<string, unknown> {
  readonly key: string;
  readonly sealed: string;
  readonly first: string | null;
  readonly second: string | null;
}

/** What may be done to a text, by the number of its column. @returns undefined where nothing is to do */
type Moving = (row: Row) => Promise<string | undefined>;

interface Column {
  readonly table: string;
  readonly key: string;
  readonly sealed: string;
  readonly more?: readonly [string, string];
}

const COLUMNS: readonly Column[] = [...PLATFORM_COLUMNS, WRAPPED_COLUMN];

function moving(master: Sealer, version: string, column: number): Moving {
  const sealed = PLATFORM_COLUMNS[column];
  return sealed
    ? (row) => rewrapSealed(master, row.sealed, sealed.place(row.key, [row.first, row.second]), version)
    : (row) => rewrapDataKeys(master, row, version);
}

async function rewrapDataKeys(master: Sealer, { key, sealed }: Row, version: string) {
  const { service } = ringOf(master);
  const all = sealed.split(' ');
  if (all.every((one) => service.versionOf(one) === version)) return undefined;
  const moved = await Promise.all(
    all.map((one) => (service.versionOf(one) === version ? one : service.rewrap(one, dataKeyPlace(key)))),
  );
  return moved.join(' ');
}

/** One batch. @returns whether all is done. @throws NotRunning, CannotGoOn, KeyServiceError */
export async function rewrapBatch(services: Services, operation: KeyOperation): Promise<boolean> {
  const { db, master, env } = services;
  const { place } = operation;
  if (place.pass === 1 && place.column === 0 && place.after === undefined) {
    const root = masterKeysOf(env).at(-1);
    await db.platform((tx) => keepDerivationRoot(tx, master, root));
  }
  const column = COLUMNS[place.column];
  if (!column) return nextPass(services, operation);
  const { version } = await ringOf(master).service.describe();
  const rows = await page(services, column, place.after);
  const changed = await changes(column, rows, moving(master, version, place.column));
  await db.platform(async (tx) => {
    for (const { key, before, after } of changed) await tx.execute(replacing(column, key, before, after));
    const next: KeyOperationPlace =
      rows.length < BATCH
        ? { pass: place.pass, column: place.column + 1, moved: place.moved + changed.length }
        : { ...place, after: rows.at(-1)?.key ?? NIL, moved: place.moved + changed.length };
    await advance(tx, operation, next, { looked: rows.length, moved: changed.length });
  });
  return false;
}

async function nextPass({ db }: Services, operation: KeyOperation): Promise<boolean> {
  const { pass, moved } = operation.place;
  if (moved === 0) return true;
  if (pass >= MAX_PASSES)
    throw new CannotGoOn(
      'something still seals with an older version: is every process on the new configuration?',
    );
  await db.platform((tx) => advance(tx, operation, { pass: pass + 1, column: 0, moved: 0 }));
  return false;
}

async function page({ db }: Services, { table, key, sealed, more }: Column, after = NIL): Promise<Row[]> {
  const id = sql.identifier(key);
  const text = (name: string | undefined): SQL =>
    name === undefined ? sql`null` : sql`${sql.identifier(name)}::text`;
  const rows = await db.platform((tx) =>
    tx.execute<Row>(sql`select ${id}::text as key, ${sql.identifier(sealed)} as sealed, ${text(more?.[0])} as first,
      ${text(more?.[1])} as second from ${sql.identifier(table)} where ${id} > ${after}::uuid order by ${id} limit ${BATCH}`),
  );
  return [...rows];
}

async function changes({ table }: Column, rows: readonly Row[], move: Moving) {
  const all = await Promise.all(
    rows.map(async (row) => {
      const after = await move(row).catch((error: unknown) => {
        throw named(error, `${table} ${row.key}`);
      });
      return after === undefined ? [] : [{ key: row.key, before: row.sealed, after }];
    }),
  );
  return all.flat();
}

/** A text that does not open stops everything, and says which it is: it is not left behind in silence. */
export function named(error: unknown, what: string): unknown {
  const isAway = error instanceof Error && 'kind' in error && error.kind === 'away';
  return isAway
    ? error
    : new CannotGoOn(`${what}: ${error instanceof Error ? error.message : 'does not open'}`, {
        cause: error,
      });
}

/** Only where nobody changed it meanwhile. */
export function replacing(column: Column, key: string, before: string, after: string): SQL {
  const sealed = sql.identifier(column.sealed);
  return sql`update ${sql.identifier(column.table)} set ${sealed} = ${after}
    where ${sql.identifier(column.key)} = ${key}::uuid and ${sealed} = ${before}`;
}
