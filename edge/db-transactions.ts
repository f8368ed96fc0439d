/**
 * The driver's transactions, made to bear a server that dies in the middle of one: `postgres` 3.4 would send `rollback` or `commit` on the connection that is gone, and end the
 * whole process by an error that nobody can catch. Here work on a dead connection never comes back to the driver; who waits for the transaction is told at once.
 *
 * Statements are parsed once per connection, which saves a round trip each. They are kept until the connection ends, which the driver sees to within the hour.
 */
import type postgres from 'postgres';
import { isAway } from './db-errors.ts';

type Scope = postgres.TransactionSql;
type Work = (scope: Scope) => unknown;

/** An error that sounds like a dead connection is one when the driver says so within this time, milliseconds; else it came from somewhere else. */
const TOLD_MS = 1_000;

interface Life {
  /** A question of it failed as on a dead connection, whatever became of that error. */
  doubtful: boolean;
  over: boolean;
  readonly ended: PromiseWithResolvers<void>;
}

/** Changes `client` so that its transactions are steady. */
export function steadyTransactions(client: postgres.Sql): postgres.Sql {
  const begin = client.begin.bind(client);
  return Object.assign(client, {
    begin: async (work: Work) => {
      const life: Life = { doubtful: false, over: false, ended: Promise.withResolvers() };
      try {
        return await begin((scope) => outlived(life, () => work(steady(scope, life))));
      } finally {
        life.over = true;
        life.ended.resolve();
      }
    },
  });
}

function steady(scope: Scope, life: Life): Scope {
  const unsafe = scope.unsafe.bind(scope);
  const savepoint = scope.savepoint.bind(scope);
  return Object.assign(scope, {
    unsafe: (
      text: string,
      parameters: postgres.ParameterOrJSON<never>[],
      options: postgres.UnsafeQueryOptions,
    ) => {
      refuseWhenDead(life);
      const query = unsafe(text, parameters, { ...options, prepare: true });
      query.catch((error: unknown) => {
        if (isAway(error)) life.doubtful = true;
      });
      return query;
    },
    savepoint: (work: Work) => {
      // The driver's own statement would be sent on whatever is there.
      refuseWhenDead(life);
      return savepoint((inner) => outlived(life, () => work(steady(inner, life))));
    },
  });
}

function refuseWhenDead(life: Life): void {
  if (life.over || life.doubtful)
    throw Object.assign(new Error('the transaction is over'), { code: 'CONNECTION_CLOSED' });
}

/** Never settles when the connection died meanwhile: the driver has told who waits by another way, and must send nothing more. */
async function outlived(life: Life, work: () => unknown): Promise<unknown> {
  try {
    const result = await work();
    await untilSure(life);
    return life.over ? await never() : result;
  } catch (error) {
    if (isAway(error)) life.doubtful = true;
    await untilSure(life);
    if (life.over) return never();
    throw error;
  }
}

async function untilSure(life: Life): Promise<void> {
  if (life.doubtful && !life.over) await Promise.race([life.ended.promise, pause(TOLD_MS)]);
}

const pause = (milliseconds: number) => new Promise((resolve) => setTimeout(resolve, milliseconds));
const never = () => new Promise<never>(() => {});
