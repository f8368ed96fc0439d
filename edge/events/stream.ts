/**
 * One reader's live events: from the outbox, in order, from where it left off. Woken by a signal or a slow poll; asks again and again whether the reader may still
 * read. Pulls a page only when the last one was taken: the reader's pace is the pace, and what it has not taken waits in the outbox, not here.
 */
import { and, asc, eq, gt, sql } from 'drizzle-orm';
import { type FabricEvent, STREAM_CLOSED, STREAM_RESYNC } from '../../schema/events.ts';
import type { UserId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { chains, events } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Signals } from './signals.ts';

const PAGE = 100;
/** A reader further behind than this is told to read the lists again instead. */
const MOST_BEHIND = 1_000;
/** Milliseconds between looks without a signal; also between heartbeats and checks of the right to read. */
export const POLL_MS = 10_000;
/** A reader that takes nothing for so long is let go. */
export const SLOW_MS = 15_000;

export interface Reader {
  readonly chain: string;
  /** Whose events only; null for all. */
  readonly only: UserId | null;
  /** The last event the reader has, or undefined to begin with what comes now. */
  readonly after: number | undefined;
  readonly read: <T>(work: (tx: Tx) => Promise<T>) => Promise<T>;
  /** @throws Refusal when the reader may read no longer */
  readonly check: () => Promise<void>;
  readonly signals: Signals;
}

/** Where the reader's words go; `write` resolves when they were taken. @throws ReaderGone */
export interface Sink {
  write(text: string): Promise<void>;
}

export class ReaderGone extends Error {
  override readonly name = 'ReaderGone';
}

const line = (event: string, data: object, id?: number) =>
  `${id === undefined ? '' : `id: ${id}\n`}event: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

/** Runs until aborted, refused, or too slow. */
export async function streamEvents(reader: Reader, sink: Sink, signal: AbortSignal): Promise<void> {
  const waker = new Waker();
  const stop = new AbortController();
  const ended = AbortSignal.any([signal, stop.signal]);
  const write = (text: string) => withinTime(sink.write(text), SLOW_MS);
  const listening = reader.signals.listen(reader.chain, () => waker.wake(), ended);
  try {
    let at = await begin(reader, write);
    while (!ended.aborted) {
      await reader.check();
      const page = await nextPage(reader, at);
      for (const event of page.events) await write(line(event.type, event, event.seq));
      if (page.upTo > at && page.events.at(-1)?.seq !== page.upTo)
        await write(`id: ${page.upTo}\n: passed\n\n`);
      at = page.upTo;
      if (page.more) continue;
      if (await waker.wait(POLL_MS, ended)) continue;
      await write(': alive\n\n');
    }
  } catch (error) {
    if (error instanceof ReaderGone) return;
    // Slow: what it missed waits in the outbox, or it reads the lists again. Refused: it is told why.
    const told =
      error instanceof Refusal ? line(STREAM_CLOSED, { code: error.code }) : line(STREAM_RESYNC, {});
    await withinTime(sink.write(told), 1_000).catch(() => {});
    if (!(error instanceof Refusal || error instanceof TooSlow)) throw error;
  } finally {
    stop.abort();
    await listening;
  }
}

async function begin(reader: Reader, write: (text: string) => Promise<void>): Promise<number> {
  const [head] = await reader.read((tx) =>
    tx
      .select({
        seq: chains.eventSeq,
        oldest: sql<
          string | null
        >`(select min(${events.seq}) from ${events} where ${events.chain} = ${reader.chain})`,
      })
      .from(chains)
      .where(eq(chains.chain, reader.chain)),
  );
  const last = head?.seq ?? 0;
  await write(`retry: 2000\nid: ${reader.after ?? last}\n: connected\n\n`);
  if (reader.after === undefined) return last;
  const isLost = head?.oldest != null && Number(head.oldest) > reader.after + 1;
  if (reader.after > last || last - reader.after > MOST_BEHIND || (isLost && reader.after < last)) {
    await write(line(STREAM_RESYNC, {}, last));
    return last;
  }
  return reader.after;
}

/** The next events this reader may see, and up to where the outbox was looked at. */
async function nextPage({ chain, only, read }: Reader, after: number) {
  const rows = await read((tx) =>
    tx
      .select()
      .from(events)
      .where(and(eq(events.chain, chain), gt(events.seq, after)))
      .orderBy(asc(events.seq))
      .limit(PAGE),
  );
  const seen = rows.filter(({ about }) => only === null || about === only).map(viewOf);
  return { events: seen, upTo: rows.at(-1)?.seq ?? after, more: rows.length === PAGE };
}

export function viewOf(row: typeof events.$inferSelect): FabricEvent {
  const { seq, type, actor, subject, about, data, createdAt } = row;
  return { seq: seq ?? 0, type, at: createdAt.toISOString(), actor, subject, about, data };
}

class TooSlow extends Error {
  override readonly name = 'TooSlow';
}

async function withinTime<T>(work: Promise<T>, ms: number): Promise<T> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new TooSlow()), ms);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}

/** One waiter; a wake-up that comes while nobody waits is kept, once. */
class Waker {
  #woken = false;
  #resolve: (() => void) | undefined;

  wake(): void {
    this.#woken = true;
    this.#resolve?.();
  }

  /** True when woken, false when the time is over or it was aborted. */
  async wait(ms: number, signal: AbortSignal): Promise<boolean> {
    if (!this.#woken && !signal.aborted) {
      const { promise, resolve } = Promise.withResolvers<void>();
      const settle = () => resolve();
      this.#resolve = settle;
      const timer = setTimeout(settle, ms);
      signal.addEventListener('abort', settle, { once: true });
      await promise;
      clearTimeout(timer);
      signal.removeEventListener('abort', settle);
    }
    const woken = this.#woken;
    this.#woken = false;
    this.#resolve = undefined;
    return woken;
  }
}
