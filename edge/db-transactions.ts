/**
 * A transaction on a lane. Its beginning is sent together with the first statement, in one round trip; should the beginning fail, the server refuses whatever comes behind
 * it. Not the driver's own transactions: those wait for `begin`, and send `rollback` or `commit` on a connection that is gone, which ends the process by an error that
 * nobody can catch.
 */
import type postgres from 'postgres';
import type { Lane } from './db-lanes.ts';

/** What Drizzle asks of a transaction: it calls `unsafe` and `savepoint`, and types both as the driver's own. */
export type Scope = postgres.Sql & postgres.TransactionSql;

/** What became of the statements of one transaction, or of one savepoint in it. */
interface Part {
  /** The first that failed: nothing stays of what it was a part of, even where the work went on. */
  failed: unknown;
}

/**
 * @param opening what begins it: one message of several statements
 * @throws what the work threw, what a statement of it was refused with, or that the connection is gone
 */
export async function transact<T>(
  lane: Lane,
  opening: string,
  work: (scope: Scope) => Promise<T>,
): Promise<T> {
  const death = Promise.withResolvers<never>();
  lane.onDeath = death.reject;
  lane.clean = false;
  const run = new Run(lane);
  try {
    return await Promise.race([run.whole(opening, work), death.promise]);
  } finally {
    run.over = true;
    lane.onDeath = undefined;
  }
}

class Run {
  readonly #lane: Lane;
  #points = 0;
  /** Nothing more is sent, whatever the work still tries. */
  over = false;

  constructor(lane: Lane) {
    this.#lane = lane;
  }

  async whole<T>(opening: string, work: (scope: Scope) => Promise<T>): Promise<T> {
    const part: Part = { failed: undefined };
    let result: T;
    try {
      const begun = this.#send(opening, part);
      result = await work(this.#scope(part));
      await begun;
      if (part.failed) throw part.failed;
    } catch (error) {
      await this.#send('rollback');
      this.#lane.clean = true;
      throw reasonOf(error, part);
    }
    const { command } = await this.#send('commit');
    this.#lane.clean = true;
    if (command !== 'COMMIT') throw new Error('the transaction was undone');
    return result;
  }

  #scope(part: Part): Scope {
    return Object.assign(Object.create(null), {
      unsafe: (...[text, parameters, options]: Parameters<Scope['unsafe']>) => {
        const query = this.#sql.unsafe(text, parameters, { ...options, prepare: true });
        noteFailure(query, part);
        return query;
      },
      savepoint: (work: Work) => this.#savepoint(work),
    });
  }

  async #savepoint<T>(work: Work<T>): Promise<T> {
    const name = `s${this.#points++}`;
    const part: Part = { failed: undefined };
    try {
      const begun = this.#send(`savepoint ${name}`, part);
      const result = await work(this.#scope(part));
      await begun;
      if (part.failed) throw part.failed;
      return result;
    } catch (error) {
      await this.#send(`rollback to ${name}`);
      throw reasonOf(error, part);
    }
  }

  #send(text: string, part?: Part) {
    const query = this.#sql.unsafe(text);
    if (part) noteFailure(query, part);
    return query;
  }

  get #sql(): postgres.ReservedSql {
    if (this.over) throw Object.assign(new Error('the transaction is over'), { code: 'CONNECTION_CLOSED' });
    return this.#lane.sql;
  }
}

type Work<T = unknown> = (scope: Scope) => Promise<T>;

/** This also sends it: the driver waits until somebody wants the answer. */
function noteFailure(query: PromiseLike<unknown> & { catch: Promise<unknown>['catch'] }, part: Part): void {
  query.catch((error: unknown) => {
    part.failed ??= error;
  });
}

/** Behind the statement that failed all others fail too, and say nothing but that. */
function reasonOf(error: unknown, { failed }: Part): unknown {
  const cause = error instanceof Error && error.cause ? error.cause : error;
  const isEcho = typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === '25P02';
  return isEcho ? (failed ?? error) : error;
}
