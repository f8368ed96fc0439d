/**
 * The database, only ever as one of two roles: an organization's (row-level security shows its rows alone) or the platform's. The
 * login role itself may do nothing.
 */
import { type SQL, sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { OrgId } from '../schema/ids.ts';
import * as tables from '../schema/tables/index.ts';
import { emittedBy } from './events/emitted.ts';

type Drizzle = PostgresJsDatabase<typeof tables>;
/** A transaction under one role. */
export type Tx = Parameters<Parameters<Drizzle['transaction']>[0]>[0];

export interface Database {
  /** Sees and changes this organization's rows and no others. */
  org<T>(org: OrgId, work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Sees all organizations. Only flows and resources that are about the platform itself, nodes or sign-in use it. */
  platform<T>(work: (tx: Tx) => Promise<T>): Promise<T>;
  /** Milliseconds for the smallest question. */
  ping(): Promise<number>;
  close(): Promise<void>;
}

/** Seconds to wait for a connection, and milliseconds for a statement. */
const CONNECT_S = 5;
const STATEMENT_MS = 10_000;

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
    connection: { statement_timeout: STATEMENT_MS },
    onnotice: () => {},
  });
  const db = drizzle(client, { schema: tables, casing: 'snake_case' });
  const transact = async <T>(become: SQL, work: (tx: Tx) => Promise<T>): Promise<T> => {
    let used: Tx | undefined;
    const result = await db.transaction(async (tx) => {
      used = tx;
      await tx.execute(become);
      return work(tx);
    });
    tell(used);
    return result;
  };
  return {
    org: (org, work) =>
      transact(
        sql`select set_config('role', 'fabric_tenant', true), set_config('app.org', ${org}, true)`,
        work,
      ),
    platform: (work) => transact(sql`select set_config('role', 'fabric_platform', true)`, work),
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
}

/** PostgreSQL's code for a unique constraint that would break. */
export function isDuplicate(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '23505';
}
