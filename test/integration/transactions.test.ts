/** Transactions on one connection: nothing of one is left for the next, and one that goes on does so for nobody else. */
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, openDatabase, type Tx } from '../../edge/db.ts';
import { compiled } from '../../edge/db-compiled.ts';
import { continued } from '../../edge/db-continued.ts';
import { OrgId } from '../../schema/ids.ts';
import { organizations, users } from '../../schema/tables/index.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let db: Database;

beforeAll(async () => {
  database = await startDatabase();
  // One connection: whoever kept it would stop all others.
  db = openDatabase(database.apiUrl, 1);
});
afterAll(async () => {
  await db.close();
  await database[Symbol.asyncDispose]();
});

const A = OrgId.parse(crypto.randomUUID());
const B = OrgId.parse(crypto.randomUUID());

/** Who a transaction is, and when it began. */
async function self(tx: Tx): Promise<{ role: string; org: string; began: string }> {
  const [row] = await tx.execute<{ role: string; org: string; began: string }>(
    sql`select current_user as role, coalesce(current_setting('app.org', true), '') as org, now()::text as began`,
  );
  if (!row) throw new Error('no answer');
  return row;
}

test('each is its role and its organization, and leaves neither behind', async () => {
  expect(await db.org(A, self)).toMatchObject({ role: 'fabric_tenant', org: A });
  expect(await db.platform(self)).toMatchObject({ role: 'fabric_platform', org: '' });
  expect(await db.org(B, self)).toMatchObject({ role: 'fabric_tenant', org: B });
  await db.org(A, () => Promise.reject(new Error('no'))).catch(() => {});
  expect(await db.platform(self)).toMatchObject({ role: 'fabric_platform', org: '' });
});

test('an organization that is no id never becomes part of a statement', async () => {
  const wrong = `${A}'; set local role fabric_platform; --` as OrgId;
  await expect(db.org(wrong, self)).rejects.toThrow();
});

test('a statement that failed undoes all, even where the work goes on', async () => {
  const id = crypto.randomUUID();
  const work = db.platform(async (tx) => {
    await tx.insert(users).values({ id, email: `${id}@test`, name: 'x' });
    await tx.execute(sql`select 1 / 0`).catch(() => {});
    return 'done';
  });
  await expect(work).rejects.toThrow('division by zero');
  expect(await db.platform((tx) => tx.select().from(users).where(eq(users.id, id)))).toEqual([]);
});

test('a part that failed is undone alone', async () => {
  const id = crypto.randomUUID();
  await db.together(async (parts) => {
    await parts.platform((tx) => tx.insert(users).values({ id, email: `${id}@test`, name: 'x' }));
    await parts.platform((tx) => tx.execute(sql`select 1 / 0`)).catch(() => {});
  });
  expect(await db.platform((tx) => tx.select().from(users).where(eq(users.id, id)))).toHaveLength(1);
});

test('one that goes on at once is the same transaction', async () => {
  const { result, db: next } = await continued(db, A, self);
  expect(await next.org(A, self)).toEqual(result);
  expect((await next.org(A, self)).began).not.toBe(result.began);
});

test('one that goes on later, elsewhere or not at all holds up nobody', async () => {
  const later = await continued(db, A, self);
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect((await later.db.org(A, self)).began).not.toBe(later.result.began);
  const elsewhere = await continued(db, A, self);
  expect(await elsewhere.db.org(B, self)).toMatchObject({ role: 'fabric_tenant', org: B });
  const platform = await continued(db, A, self);
  expect(await platform.db.platform(self)).toMatchObject({ role: 'fabric_platform', org: '' });
  await continued(db, A, self);
  expect(await db.org(B, self)).toMatchObject({ org: B });
});

test('what fails while it goes on is told to whoever asked, and undone', async () => {
  const { db: next } = await continued(db, A, self);
  await expect(next.org(A, () => Promise.reject(new Error('no')))).rejects.toThrow('no');
  await expect(continued(db, A, () => Promise.reject(new Error('not at all')))).rejects.toThrow('not at all');
  expect(await db.org(B, self)).toMatchObject({ org: B });
});

test('a compiled question is asked of the transaction it is given, by its rules', async () => {
  const asked = compiled<{ org: OrgId }, { id: string }[]>((tx) =>
    tx
      .select({ id: organizations.id })
      .from(organizations)
      .where(eq(organizations.id, sql.placeholder('org'))),
  );
  expect(await db.platform((tx) => asked(tx, { org: A }))).toEqual([]);
  const own = compiled<{ email: string }, { email: string }[]>((tx) =>
    tx
      .select({ email: users.email })
      .from(users)
      .where(eq(users.email, sql.placeholder('email'))),
  );
  await db.platform((tx) => tx.insert(users).values({ email: 'somebody@test', name: 'x' }));
  expect(await db.platform((tx) => own(tx, { email: 'somebody@test' }))).toHaveLength(1);
  expect(await db.org(A, (tx) => own(tx, { email: 'somebody@test' }))).toEqual([]);
});
