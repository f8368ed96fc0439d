/**
 * Wakes requests that wait for a node's news. All that wait in this process share one look at the clusters' counters, however many they are; only where one has moved the
 * nodes it moved for are asked for.
 */
import { and, eq, gt } from 'drizzle-orm';
import { clusters, nodes } from '../../schema/tables/index.ts';
import type { Database } from '../db.ts';

/** How often it looks while somebody waits. */
const LOOK_MS = 250;

export class VersionWatch {
  readonly #db: Database;
  readonly #waiting = new Map<string, Set<() => void>>();
  /** By cluster: the counter up to which everybody was woken. */
  #seen: Map<string, number> | undefined;
  #looking: Promise<void> | undefined;

  constructor(db: Database) {
    this.#db = db;
  }

  get size(): number {
    return this.#waiting.size;
  }

  /**
   * Resolves when there may be news, with true; with false when the time is up or the signal aborts, and there is none. `isThere` is asked once this waits: what came before is its to see, what comes after is
   * ours.
   */
  async news(
    node: string,
    ms: number,
    signal: AbortSignal,
    isThere: () => Promise<boolean>,
  ): Promise<boolean> {
    const done = Promise.withResolvers<boolean>();
    const wake = () => done.resolve(true);
    const waiters = this.#waiting.get(node) ?? new Set();
    waiters.add(wake);
    this.#waiting.set(node, waiters);
    const aborted = () => done.resolve(false);
    const timer = setTimeout(aborted, ms);
    signal.addEventListener('abort', aborted, { once: true });
    try {
      await this.#started();
      if (signal.aborted) return false;
      return (await isThere()) || (await done.promise);
    } finally {
      clearTimeout(timer);
      signal.removeEventListener('abort', aborted);
      waiters.delete(wake);
      if (waiters.size === 0) this.#waiting.delete(node);
    }
  }

  /** The first look says from where to count. */
  async #started(): Promise<void> {
    if (this.#looking) return this.#looking;
    const first = this.#look();
    this.#looking = first;
    first.then(
      () => void this.#goOn(),
      () => {
        this.#looking = undefined;
      },
    );
    return first;
  }

  async #goOn(): Promise<void> {
    while (this.#waiting.size > 0) {
      await new Promise((resolve) => setTimeout(resolve, LOOK_MS));
      try {
        await this.#look();
      } catch {
        // Who waits is told to ask again, and asks the database that is away: it says why.
        this.#seen = undefined;
        for (const waiters of this.#waiting.values()) for (const wake of waiters) wake();
      }
    }
    this.#seen = undefined;
    this.#looking = undefined;
  }

  async #look(): Promise<void> {
    const seen = this.#seen;
    await this.#db.platform(async (tx) => {
      const rows = await tx.select({ id: clusters.id, changes: clusters.changes }).from(clusters);
      for (const { id, changes } of rows) {
        const before = seen?.get(id);
        if (!seen || before === changes) continue;
        const moved = await tx
          .select({ id: nodes.id })
          .from(nodes)
          .where(and(eq(nodes.cluster, id), gt(nodes.change, before ?? 0)));
        for (const node of moved) for (const wake of this.#waiting.get(node.id) ?? []) wake();
      }
      this.#seen = new Map(rows.map(({ id, changes }) => [id, changes]));
    });
  }
}

const watches = new WeakMap<Database, VersionWatch>();

/** One for each database handle: for the whole process on Node, for one request at the edge. */
export function watchOf(db: Database): VersionWatch {
  const watch = watches.get(db) ?? new VersionWatch(db);
  watches.set(db, watch);
  return watch;
}
