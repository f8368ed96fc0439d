/** A connection that dies in the middle of a transaction: whoever waits is told, the process lives, the next transaction is fine. */
import { sql } from 'drizzle-orm';
import postgres from 'postgres';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Database, isAway, openDatabase, type Tx } from '../../edge/db.ts';
import { startDatabase, type TestDatabase } from './database.ts';

let database: TestDatabase;
let db: Database;
let owner: postgres.Sql;

beforeAll(async () => {
  database = await startDatabase();
  db = openDatabase(database.apiUrl, 2);
  owner = postgres(database.ownerUrl, { max: 1 });
});
afterAll(async () => {
  await db.close();
  await owner.end();
  await database[Symbol.asyncDispose]();
});

const cut = () => owner`select pg_terminate_backend(pid) from pg_stat_activity where usename = 'fabric_api'`;
const ask = (tx: Tx, seconds = 0) => tx.execute(sql`select pg_sleep(${seconds})`);
const settled = () => new Promise((resolve) => setTimeout(resolve, 300));

async function expectCut(transaction: Promise<unknown>): Promise<void> {
  const error = await transaction.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(isAway(error), String(error)).toBe(true);
  // The pool's other connections were cut as well; each tells so once.
  let next: number | undefined;
  for (let attempt = 0; next === undefined && attempt < 5; attempt += 1)
    next = await db.platform(async (tx) => (await ask(tx)).length).catch(() => undefined);
  expect(next).toBe(1);
}

test('while a question is asked', async () => {
  const transaction = db.platform((tx) => ask(tx, 30));
  // It may be told before the one who cuts.
  transaction.catch(() => {});
  await settled();
  await cut();
  await expectCut(transaction);
});

test('between two questions, the second of which is then not sent', async () => {
  await expectCut(
    db.platform(async (tx) => {
      await ask(tx);
      await cut();
      await settled();
      return ask(tx);
    }),
  );
});

test('after the last question, before the commit: nothing is said to be done', async () => {
  await expectCut(
    db.platform(async (tx) => {
      await ask(tx);
      await cut();
      await settled();
      return 'done';
    }),
  );
});

test('between two parts of a larger transaction, the second of which is then not begun', async () => {
  await expectCut(
    db.together(async (bound) => {
      await bound.platform((tx) => ask(tx));
      await cut();
      await settled();
      return bound.platform((tx) => ask(tx));
    }),
  );
});

test('when the work hides the reason behind one of its own', async () => {
  const transaction = db.together(async (bound) => {
    const part = bound.platform((tx) => ask(tx, 30));
    await settled();
    await cut();
    await part.catch(() => {
      throw new Error('something of ours');
    });
  });
  transaction.catch(() => {});
  await expect(transaction).rejects.toThrow();
  await settled();
});

test('within a part of a larger transaction', async () => {
  await expectCut(
    db.together(async (bound) => {
      return bound.platform(async (tx) => {
        await cut();
        await settled();
        return ask(tx);
      });
    }),
  );
});
