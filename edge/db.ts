/**
 * The database, only ever as one of two roles: an organization's (row-level security shows its rows alone) or the platform's. The
 * login role itself may do nothing.
 */
import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { OrgId } from '../schema/ids.ts';
import * as tables from '../schema/tables/index.ts';
import { steadyTransactions } from './db-transactions.ts';
import { emittedBy, noteEmitted } from './events/emitted.ts';

export { isAway, isBusy, isDuplicate, isUnfit } from './db-errors.ts';

type Drizzle = PostgresJsDatabase<typeof tables>;
/** A transaction under one role. */
export type Tx = Parameters<Parameters<Drizzle['transaction']>[0]>[0];

export interface Database {
  /** Sees and changes this organization's rows and no others. */
  org<T>(org: OrgId, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Sees all organizations. Only flows and resources that are about the platform itself, nodes or sign-in use it. */
  platform<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /**
   * All that `work` does with the database it is given happens in one transaction, or not at all. Askings take turns there, so none may be made
   * inside another.
   */
  together<T>(work: (db: Database) => Promise<T>): Promise<T>;
  /** Milliseconds for the smallest question. */
  ping(): Promise<number>;
  close(): Promise<void>;
}

/** Seconds to wait for a connection, and milliseconds for a statement. */
const CONNECT_S = 5;
const STATEMENT_MS = 10_000;
/** At most so long between tries to reach a server that went away, seconds. */
const RECONNECT_S = 0.5;

export interface DatabaseOptions {
  /** Told of each chain that a committed transaction added events to. `close` waits for what it returned. */
  readonly onEvents?: (chain: string) => Promise<void>;
  /** Seconds after which a connection that nobody uses is given back. */
  readonly idleS?: number;
}

export function openDatabase(url: string, connections: number, options: DatabaseOptions = {}): Database {
  const told = new Set<Promise<void>>();
  const tell = (tx: object | undefined) => {
    if (!tx || !options.onEvents) return;
    for (const chain of emittedBy(tx)) {
      const telling = options.onEvents(chain).finally(() => told.delete(telling));
      told.add(telling);
    }
  };
  const client = postgres(url, {
    max: connections,
    connect_timeout: CONNECT_S,
    idle_timeout: options.idleS ?? 60,
    backoff: (retries) => Math.min(0.02 * 2 ** retries, RECONNECT_S),
    connection: { statement_timeout: STATEMENT_MS },
    onnotice: () => {},
  });
  const db = drizzle(steadyTransactions(client), { schema: tables, casing: 'snake_case' });
  const ends = {
    ping: async () => {
      const start = performance.now();
      await client`select 1`;
      return performance.now() - start;
    },
    close: async () => {
      await Promise.allSettled(told);
      await client.end({ timeout: 2 });
    },
  };
  const whole = (within: Within): Database => ({
    org: (org, work) => within((tx) => as(tx, tenantOf(org), work)),
    platform: (work) => within((tx) => as(tx, PLATFORM, work)),
    together: (work) => within((tx) => work(whole(inTurns(tx)))),
    ...ends,
  });
  return whole(async (work) => {
    let used: Tx | undefined;
    const result = await db.transaction((tx) => {
      used = tx;
      return work(tx);
    });
    tell(used);
    return result;
  });
}

/** Runs work in a transaction, or in a part of one that can be undone alone. */
type Within = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

const PLATFORM = sql`select set_config('role', 'fabric_platform', true)`;
const tenantOf = (org: OrgId) =>
  sql`select set_config('role', 'fabric_tenant', true), set_config('app.org', ${org}, true)`;

/**
 * The role goes out first and the work's first question right behind it, in one round trip. Were the order ever lost, or the role refused, the question fails: the login
 * role may do nothing.
 */
async function as<T>(tx: Tx, role: SQL, work: (tx: Tx) => Promise<T>): Promise<T> {
  const assumed = tx.execute(role).then(() => undefined);
  const [result] = await Promise.all([work(tx), assumed]);
  return result;
}

/** One connection does one thing after another; savepoints that overlap would undo each other. */
function inTurns(tx: Tx): Within {
  let last: Promise<unknown> = Promise.resolve();
  return (work) => {
    const mine = last.then(() =>
      tx.transaction(async (inner) => {
        const result = await work(inner);
        noteEmitted(tx, emittedBy(inner));
        return result;
      }),
    );
    last = mine.catch(() => {});
    return mine;
  };
}
