/** Dials the entries a ticket names: the nearest, and the next whenever one fails or takes long; who answers first has it (after RFC 8305). Later, whether another is better. */
import type { EntryPoint } from '../../schema/api/sessions.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { MakeAead } from '../channel/aead.ts';
import type { Connection } from '../transport/transport.ts';

const DIAL_MS = 8_000;
/** How long one entry is given before the next is tried beside it. */
const NEXT_AFTER_MS = 300;
/** Another entry is better when it answers in this share of the time. */
const BETTER = 0.7;

/** Which entry a connection leads to. */
const entryOf = new WeakMap<Connection, EntryPoint>();

export type DialEntry = (entry: EntryPoint, signal: AbortSignal) => Promise<Connection>;

export interface AttachOptions {
  readonly dial: DialEntry;
  readonly aead: MakeAead;
  readonly signal?: AbortSignal;
  /** Milliseconds since the epoch. */
  readonly now?: () => number;
}

/** @throws Refusal `no_entry` */
export async function dialEntries(
  entries: readonly EntryPoint[],
  { dial, signal }: AttachOptions,
): Promise<Connection> {
  const won = new AbortController();
  let winner: Connection | undefined;
  const attempt = async (entry: EntryPoint): Promise<Connection> => {
    const timeout = AbortSignal.timeout(DIAL_MS);
    const given = AbortSignal.any([won.signal, timeout, ...(signal ? [signal] : [])]);
    const connection = await dial(entry, given);
    entryOf.set(connection, entry);
    if (winner) void connection.close(0, 'another entry was faster');
    else winner = connection;
    won.abort();
    return connection;
  };
  const attempts: Promise<Connection>[] = [];
  for (const entry of entries) {
    const begun = attempt(entry);
    attempts.push(begun);
    await settledWithin(begun, NEXT_AFTER_MS);
    if (winner || signal?.aborted) break;
  }
  try {
    return await Promise.any(attempts);
  } catch (cause) {
    signal?.throwIfAborted();
    const why = cause instanceof AggregateError ? cause.errors.at(-1) : cause;
    throw new Refusal('no_entry', 'no entry node was reached: is UDP blocked on this network?', {
      cause: why,
    });
  }
}

/**
 * Dials all entries anew, the present one too, so that all are measured alike.
 * @returns a connection to one that is clearly better than the present one; undefined when there is none
 */
export async function betterEntry(
  entries: readonly EntryPoint[],
  present: Connection,
  { dial }: AttachOptions,
): Promise<Connection | undefined> {
  const timed = await Promise.all(
    entries.map(async (entry) => {
      const start = performance.now();
      const connection = await dial(entry, AbortSignal.timeout(DIAL_MS)).catch(() => undefined);
      return { entry, connection, took: performance.now() - start };
    }),
  );
  const here = entryOf.get(present);
  const own = timed.find(({ entry, connection }) => entry === here && connection);
  const others = timed.filter(({ entry, connection }) => entry !== here && connection);
  const best = others.sort((a, b) => a.took - b.took)[0];
  const chosen = best && best.took < (own?.took ?? Number.POSITIVE_INFINITY) * BETTER ? best : undefined;
  for (const { connection } of timed)
    if (connection && connection !== chosen?.connection) void connection.close(0, 'measured');
  if (chosen?.connection) entryOf.set(chosen.connection, chosen.entry);
  return chosen?.connection;
}

/** Until it settled either way, or the time is up. */
async function settledWithin(work: Promise<unknown>, ms: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const settled = () => {
      clearTimeout(timer);
      resolve();
    };
    work.then(settled, settled);
  });
}
