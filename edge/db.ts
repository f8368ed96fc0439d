/**
 * The database, only ever as one of two roles: an organization's (row-level security shows its rows alone) or the platform's. The
 * login role itself may do nothing.
 */
import { sql } from 'drizzle-orm';
import { drizzle, type PostgresJsDatabase } from 'drizzle-orm/postgres-js';
import postgres from 'postgres';
import type { OrgId } from '../schema/ids.ts';
import * as tables from '../schema/tables/index.ts';

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

export function openDatabase(url: string, connections: number): Database {
  const client = postgres(url, {
    max: connections,
    connect_timeout: CONNECT_S,
    idle_timeout: 60,
    connection: { statement_timeout: STATEMENT_MS },
    onnotice: () => {},
  });
  const db = drizzle(client, { schema: tables, casing: 'snake_case' });
  return {
    org: (org, work) =>
      db.transaction(async (tx) => {
        await tx.execute(
          sql`select set_config('role', 'fabric_tenant', true), set_config('app.org', ${org}, true)`,
        );
        return work(tx);
      }),
    platform: (work) =>
      db.transaction(async (tx) => {
        await tx.execute(sql`select set_config('role', 'fabric_platform', true)`);
        return work(tx);
      }),
    ping: async () => {
      const start = performance.now();
      await client`select 1`;
      return performance.now() - start;
    },
    close: () => client.end({ timeout: 2 }),
  };
}

/** PostgreSQL's code for a unique constraint that would break. */
export function isDuplicate(error: unknown): boolean {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  return typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '23505';
}
