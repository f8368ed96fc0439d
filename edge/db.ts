/**
 * The database, only ever as one of two roles: an organization's (row-level security shows its rows alone) or the platform's. The
 * login role itself may do nothing.
 */
import { sql } from 'drizzle-orm';
import { PgDialect } from 'drizzle-orm/pg-core';
import {
  drizzle,
  type PostgresJsDatabase,
  PostgresJsSession,
  PostgresJsTransaction,
} from 'drizzle-orm/postgres-js';
import type postgres from 'postgres';
import { OrgId } from '../schema/ids.ts';
import { Lane, Lanes } from './db-lanes.ts';
import { type Scope, transact } from './db-transactions.ts';
import { emittedBy, noteEmitted } from './events/emitted.ts';

export { isAway, isBusy, isDuplicate, isUnfit } from './db-errors.ts';

/** A transaction under one role. */
export type Tx = Parameters<Parameters<PostgresJsDatabase['transaction']>[0]>[0];

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

/** Seconds. */
const IDLE_S = 60;
/** Milliseconds that closing waits for what is at work. */
const CLOSE_MS = 2_000;

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
  // Drizzle sets how the driver reads dates and times.
  const prepare = (client: postgres.Sql) => void drizzle(client);
  const lanes = new Lanes(() => new Lane(url, prepare), { connections, idleS: options.idleS ?? IDLE_S });
  const inLane = async <T>(work: (lane: Lane) => Promise<T>): Promise<T> => {
    const lane = await lanes.take();
    try {
      return await work(lane);
    } finally {
      lanes.give(lane);
    }
  };
  const within = async <T>(opening: string, work: (tx: Tx) => Promise<T>): Promise<T> => {
    let used: Tx | undefined;
    const result = await inLane((lane) =>
      transact(lane, opening, (scope) => {
        used = transactionOn(scope);
        return work(used);
      }),
    );
    tell(used);
    return result;
  };
  const ends = {
    ping: async () => {
      const start = performance.now();
      await inLane((lane) => lane.sql.unsafe('select 1'));
      return performance.now() - start;
    },
    close: async () => {
      await Promise.allSettled(told);
      await lanes.close(CLOSE_MS);
    },
  };
  return {
    org: async (org, work) => within(`begin; ${tenantOf(org)}`, work),
    platform: (work) => within(`begin; ${PLATFORM}`, work),
    together: (work) => within('begin', (tx) => work(partsOf(tx, ends))),
    ...ends,
  };
}

/** Knows each table's columns by now: one for all. */
const dialect = new PgDialect({ casing: 'snake_case' });

function transactionOn(scope: Scope): Tx {
  return new PostgresJsTransaction(dialect, new PostgresJsSession(scope, dialect, undefined), undefined);
}

const PLATFORM = 'set local role fabric_platform';
/** A setting takes no parameter, so what is written into the text is held against its form once more. @throws when it is no id */
const tenantOf = (org: OrgId) => `set local role fabric_tenant; set local app.org = '${OrgId.parse(org)}'`;

/** Runs work in a part of a transaction that can be undone alone. */
type Within = <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;

/** The same database inside one transaction. */
function partsOf(tx: Tx, ends: Pick<Database, 'ping' | 'close'>): Database {
  const turn = inTurns(tx);
  return {
    org: async (org, work) => turn((part) => as(part, tenantOf(org), work)),
    platform: (work) => turn((part) => as(part, PLATFORM, work)),
    together: (work) => turn((part) => work(partsOf(part, ends))),
    ...ends,
  };
}

/**
 * The role goes out first and the work's first question right behind it, in one round trip. Were the order ever lost, or the role refused, the question fails: the login
 * role may do nothing.
 */
async function as<T>(tx: Tx, role: string, work: (tx: Tx) => Promise<T>): Promise<T> {
  const assumed = tx.execute(sql.raw(role)).then(() => undefined);
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
