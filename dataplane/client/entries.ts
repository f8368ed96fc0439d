/** Dials the entries a ticket names: the first, and the next whenever one fails or takes long; who answers first has it (after RFC 8305). */
import type { EntryPoint } from '../../schema/api/sessions.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { MakeAead } from '../channel/aead.ts';
import type { Connection } from '../transport/transport.ts';

const DIAL_MS = 8_000;
/** How long one entry is given before the next is tried beside it: longer than a dialer waits before it tries TCP. */
const NEXT_AFTER_MS = 2_000;

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
