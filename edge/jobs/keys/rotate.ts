/**
 * A new data key for each organization, and everything sealed anew with it. Three steps each: `introduce` tells the new key beside the old one, under a lock that waits for whoever has read the old one
 * alone; `reseal` walks through what is sealed; `verify` opens all of it with the new key alone, and only then the old one goes.
 */
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import type { OrgId } from '../../../schema/ids.ts';
import { organizations } from '../../../schema/tables/index.ts';
import type { KeyOperationPlace } from '../../../schema/tables/keys.ts';
import { record } from '../../audit.ts';
import type { Tx } from '../../db.ts';
import { dataKeySealer, newDataKey, type Sealer } from '../../keys/envelope.ts';
import { recordKeyUse } from '../../keys/uses.ts';
import type { Services } from '../../services.ts';
import { advance, BATCH, CannotGoOn, type KeyOperation, MAX_PASSES, NIL } from './operation.ts';
import { named, replacing } from './rewrap.ts';
import { ORG_COLUMNS, type OrgColumn } from './sealed-columns.ts';

/** Who waits for the lock holds others up: not for long, and then it is tried again. */
const LOCK_MS = 1_000;

/** One batch. @returns whether all is done. @throws NotRunning, CannotGoOn, KeyServiceError */
export async function rotateBatch(services: Services, operation: KeyOperation): Promise<boolean> {
  const { step } = operation.place;
  if (step === undefined) return nextOrganization(services, operation);
  await STEPS[step](services, operation);
  return false;
}

const STEPS = { introduce, reseal, verify } as const;

const atStart = (org: string, step: 'introduce' | 'reseal' | 'verify', pass = 1): KeyOperationPlace => {
  return { pass, org, step, column: 0, moved: 0 };
};
const orgOf = ({ place }: KeyOperation) => (place.org ?? NIL) as OrgId;

async function nextOrganization({ db }: Services, operation: KeyOperation): Promise<boolean> {
  const done = operation.place.org;
  if (operation.organization !== null && done !== undefined) return true;
  const next = await db.platform(async (tx) => {
    const [row] = await tx
      .select({ id: organizations.id })
      .from(organizations)
      .where(
        operation.organization === null
          ? gt(organizations.id, done ?? NIL)
          : eq(organizations.id, operation.organization),
      )
      .orderBy(asc(organizations.id))
      .limit(1);
    if (row) await advance(tx, operation, atStart(row.id, 'introduce'));
    return row;
  });
  return next === undefined;
}

async function keyTextOf(tx: Tx, org: OrgId): Promise<string> {
  const [row] = await tx
    .select({ keys: organizations.sealedDataKey })
    .from(organizations)
    .where(eq(organizations.id, org));
  if (!row) throw new CannotGoOn(`organization ${org} is gone`);
  return row.keys;
}

async function introduce({ db, master }: Services, operation: KeyOperation): Promise<void> {
  const org = orgOf(operation);
  const before = await db.platform((tx) => keyTextOf(tx, org));
  // Two are there when one before this was cancelled half way: that one is finished.
  const after = before.includes(' ') ? before : `${await newDataKey(master, org)} ${before}`;
  await db.platform(async (tx) => {
    if (after !== before) await exchange(tx, org, before, after);
    await advance(tx, operation, atStart(org, 'reseal'));
  });
}

/** Nobody who has read the text before is still at work when it changes, and whoever reads it later sees the new one. */
async function exchange(tx: Tx, org: OrgId, before: string, after: string): Promise<void> {
  await tx.execute(sql`select set_config('lock_timeout', ${`${LOCK_MS}ms`}, true)`);
  await tx.execute(sql`lock table ${organizations} in access exclusive mode`);
  const changed = await tx
    .update(organizations)
    .set({ sealedDataKey: after })
    .where(and(eq(organizations.id, org), eq(organizations.sealedDataKey, before)))
    .returning({ id: organizations.id });
  if (changed.length === 0) throw new Error('the key was changed meanwhile: it is looked at again');
}

interface Row extends Record<string, unknown> {
  readonly key: string;
  readonly number: number;
  readonly sealed: string;
}

/** Those without a number have all the same one. */
async function page(
  tx: Tx,
  org: OrgId,
  column: OrgColumn,
  { after = NIL, afterNumber = 0 }: KeyOperationPlace,
): Promise<Row[]> {
  const key = sql.identifier(column.key);
  const number = column.number === undefined ? sql.raw('0::integer') : sql.identifier(column.number);
  const sealed = sql.identifier(column.sealed);
  const rows =
    await tx.execute<Row>(sql`select ${key}::text as key, ${number} as number, ${sealed} as sealed from ${sql.identifier(column.table)}
    where org_id = ${org}::uuid and ${sealed} is not null and (${key}, ${number}) > (${after}::uuid, ${afterNumber}::integer)
    order by ${key}, ${number} limit ${BATCH}`);
  return [...rows];
}

async function reseal({ db, master }: Services, operation: KeyOperation): Promise<void> {
  const { place } = operation;
  const org = orgOf(operation);
  await db.platform(async (tx) => {
    const column = ORG_COLUMNS[place.column];
    if (!column) return advance(tx, operation, atStart(org, 'verify', place.pass));
    const sealer = await dataKeySealer(master, org, await keyTextOf(tx, org));
    const rows = await page(tx, org, column, place);
    if (column.parent) await lockParents(tx, column.parent, rows);
    for (const row of rows) await resealOne(tx, sealer, org, column, row);
    if (rows.length > 0)
      await recordKeyUse(tx, {
        org,
        purpose: 'key.rotate',
        subject: column.table,
        actor: 'system',
        uses: rows.length,
      });
    await advance(tx, operation, after(place, rows, rows.length), {
      looked: rows.length,
      moved: rows.length,
    });
  });
}

/** As those do who write the rows: rows that were locked one by one could be locked in another order. */
async function lockParents(tx: Tx, parent: string, rows: readonly Row[]): Promise<void> {
  const ids = [...new Set(rows.map(({ key }) => key))];
  if (ids.length === 0) return;
  const list = sql.join(
    ids.map((id) => sql`${id}::uuid`),
    sql`, `,
  );
  await tx.execute(sql`select 1 from ${sql.identifier(parent)} where id in (${list}) order by id for update`);
}

async function resealOne(
  tx: Tx,
  sealer: Sealer,
  org: OrgId,
  column: OrgColumn,
  { key, number, sealed }: Row,
): Promise<void> {
  const place = column.place(org, key, number);
  const plain = await sealer.open(sealed, place).catch((error: unknown) => {
    throw named(error, `${column.table} ${key}`);
  });
  await tx.execute(replacing(column, key, sealed, await sealer.seal(plain, place)));
  plain.fill(0);
}

function after(place: KeyOperationPlace, rows: readonly Row[], moved: number): KeyOperationPlace {
  const { after: _, afterNumber: __, ...rest } = place;
  const last = rows.at(-1);
  return rows.length < BATCH
    ? { ...rest, column: place.column + 1, moved: place.moved + moved }
    : {
        ...rest,
        after: last?.key ?? NIL,
        afterNumber: last?.number ?? 0,
        moved: place.moved + moved,
      };
}

/** Opens with the new key alone. What does not was sealed anew by nobody, and is looked at again. */
async function verify({ db, master }: Services, operation: KeyOperation): Promise<void> {
  const { place } = operation;
  const org = orgOf(operation);
  await db.platform(async (tx) => {
    const keys = await keyTextOf(tx, org);
    const [newest = ''] = keys.split(' ');
    const column = ORG_COLUMNS[place.column];
    if (!column) return forgetOld(tx, operation, keys, newest);
    const sealer = await dataKeySealer(master, org, newest);
    const rows = await page(tx, org, column, place);
    for (const { key, number, sealed } of rows) {
      const opened = await sealer.open(sealed, column.place(org, key, number)).catch(() => undefined);
      if (opened) continue;
      if (place.pass >= MAX_PASSES)
        throw new CannotGoOn(`${column.table} ${key} is not sealed with the new key`);
      return advance(tx, operation, atStart(org, 'reseal', place.pass + 1));
    }
    await advance(tx, operation, after(place, rows, 0), { looked: rows.length });
  });
}

async function forgetOld(tx: Tx, operation: KeyOperation, keys: string, newest: string): Promise<void> {
  const org = orgOf(operation);
  await exchange(tx, org, keys, newest);
  await record(tx, {
    org,
    actor: 'system',
    action: 'data-key.rotate',
    subject: org,
    reason: operation.reason,
    requestId: 'job:keys',
  });
  await advance(tx, operation, { pass: 1, org, column: 0, moved: 0 });
}
