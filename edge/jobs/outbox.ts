/**
 * Hands events on, in order per organization, each at least once: to a delivery row for every webhook that wants it. Whoever locks a chain's cursor does that chain;
 * others skip it. An event that can't be handed on is tried again later and holds up its own chain only; after `MOST_ATTEMPTS` it is put aside with the reason.
 */
import { and, asc, eq, gt, lt, lte } from 'drizzle-orm';
import { PLATFORM_CHAIN } from '../../schema/audit.ts';
import { backoffMs } from '../../schema/backoff.ts';
import type { OrgId } from '../../schema/ids.ts';
import {
  chains,
  deadEvents,
  events,
  outboxCursors,
  webhookDeliveries,
  webhooks,
} from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import { viewOf } from '../events/stream.ts';
import type { Job, JobContext } from './job.ts';

const BATCH = 100;
export const MOST_ATTEMPTS = 8;
const BACKOFF = { first: 1_000, most: 5 * 60_000 };
const MAX_REASON = 500;

type EventRow = typeof events.$inferSelect;
export type HandOn = (tx: Tx, chain: string, page: readonly EventRow[], now: Date) => Promise<void>;

export const outboxJob: Job = {
  name: 'outbox',
  intervalS: 1,
  run: (context) => runOutbox(context, toWebhooks),
};

export async function runOutbox(context: JobContext, handOn: HandOn): Promise<number> {
  const { services, until } = context;
  let done = 0;
  while (services.now() < until) {
    const count = await oneChain(context, handOn);
    if (count === undefined) break;
    done += count;
  }
  return done;
}

interface Claimed {
  readonly chain: string;
  readonly seq: number;
  readonly attempts: number;
}

/** @returns how many events were handed on, undefined when there is nothing to do */
async function oneChain(context: JobContext, handOn: HandOn): Promise<number | undefined> {
  const { db, now } = context.services;
  let claimed: Claimed | undefined;
  try {
    return await db.platform(async (tx) => {
      claimed = await claim(tx, new Date(now()));
      if (!claimed) return undefined;
      const { chain, seq, attempts } = claimed;
      const page = await tx
        .select()
        .from(events)
        .where(and(eq(events.chain, chain), gt(events.seq, seq)))
        .orderBy(asc(events.seq))
        // After a failure one at a time, so that the one at fault is found.
        .limit(attempts === 0 ? BATCH : 1);
      const [head] = await tx.select({ seq: chains.eventSeq }).from(chains).where(eq(chains.chain, chain));
      await handOn(tx, chain, page, new Date(now()));
      // With none there, what was between was removed for its age.
      await moveTo(tx, chain, page.at(-1)?.seq ?? head?.seq ?? seq, new Date(now()));
      return page.length;
    });
  } catch (error) {
    if (!claimed) throw error;
    await postpone(context, claimed, error);
    return 0;
  }
}

async function claim(tx: Tx, now: Date): Promise<Claimed | undefined> {
  const [row] = await tx
    .select({ chain: outboxCursors.chain, seq: outboxCursors.seq, attempts: outboxCursors.attempts })
    .from(outboxCursors)
    .innerJoin(chains, eq(chains.chain, outboxCursors.chain))
    .where(and(lt(outboxCursors.seq, chains.eventSeq), lte(outboxCursors.nextAt, now)))
    .orderBy(asc(outboxCursors.nextAt))
    .limit(1)
    .for('update', { of: outboxCursors, skipLocked: true });
  return row;
}

function moveTo(tx: Tx, chain: string, seq: number, nextAt: Date) {
  return tx.update(outboxCursors).set({ seq, attempts: 0, nextAt }).where(eq(outboxCursors.chain, chain));
}

async function postpone(
  { services, random }: JobContext,
  { chain, seq, attempts }: Claimed,
  error: unknown,
): Promise<void> {
  const { db, log, now } = services;
  const made = attempts + 1;
  log.warn({ chain, seq: seq + 1, attempts: made, err: error }, 'an event could not be handed on');
  await db.platform(async (tx) => {
    const [still] = await tx
      .select({ seq: outboxCursors.seq })
      .from(outboxCursors)
      .where(eq(outboxCursors.chain, chain))
      .for('update');
    // Another runner has come further meanwhile.
    if (still?.seq !== seq) return;
    if (made >= MOST_ATTEMPTS) {
      const reason = (error instanceof Error ? error.message : String(error)).slice(0, MAX_REASON);
      await tx
        .insert(deadEvents)
        .values({ chain, seq: seq + 1, attempts: made, reason })
        .onConflictDoNothing();
      await moveTo(tx, chain, seq + 1, new Date(now()));
      return;
    }
    const nextAt = new Date(now() + backoffMs(BACKOFF, made, random()));
    await tx.update(outboxCursors).set({ attempts: made, nextAt }).where(eq(outboxCursors.chain, chain));
  });
}

export const toWebhooks: HandOn = async (tx, chain, page, now) => {
  if (chain === PLATFORM_CHAIN || page.length === 0) return;
  const orgId = chain as OrgId;
  const hooks = await tx
    .select({ id: webhooks.id, types: webhooks.types, since: webhooks.createdAt })
    .from(webhooks)
    .where(and(eq(webhooks.orgId, orgId), eq(webhooks.enabled, true)));
  const rows = hooks.flatMap(({ id: webhookId, types, since }) =>
    page
      .filter(({ createdAt }) => createdAt >= since)
      .filter(({ type }) => types.length === 0 || types.includes(type))
      .map((event) => {
        const view = viewOf(event);
        const body = JSON.stringify({
          type: view.type,
          timestamp: view.at,
          data: { organization: chain, ...view },
        });
        return { orgId, webhookId, eventSeq: view.seq, type: view.type, body, nextAt: now, createdAt: now };
      }),
  );
  for (let at = 0; at < rows.length; at += BATCH)
    await tx
      .insert(webhookDeliveries)
      .values(rows.slice(at, at + BATCH))
      .onConflictDoNothing();
};
