/** Sends what is due to webhooks: retried with growing pauses for a day, then given up; a webhook that failed for a day is switched off. */
import { and, asc, eq, inArray, isNull, lte, sql } from 'drizzle-orm';
import type { OrgId } from '../../schema/ids.ts';
import { organizations, webhookDeliveries, webhooks } from '../../schema/tables/index.ts';
import { record } from '../audit.ts';
import type { Tx } from '../db.ts';
import { allowsPrivate } from '../env.ts';
import { recordKeyUse } from '../keys/uses.ts';
import { openWebhookSecret } from '../webhooks/secret.ts';
import { signatureHeaders } from '../webhooks/signature.ts';
import { type Attempt, afterAttempt, isSuccess } from '../webhooks/verdict.ts';
import { inBatches, type Job, type JobContext } from './job.ts';

const BATCH = 20;
/** A claimed delivery is due again after this long, should its sender die. */
const CLAIM_MS = 60_000;
const MAX_ERROR = 300;
/** What is kept of an answer. */
const MOST_ANSWER_BYTES = 4_096;

export const webhooksJob: Job = {
  name: 'webhooks',
  intervalS: 1,
  run: (context) => inBatches(context, BATCH, (size) => sendBatch(context, size)),
};

async function sendBatch(context: JobContext, size: number): Promise<number> {
  const due = await claim(context, size);
  await Promise.all(due.map((delivery) => sendOne(context, delivery)));
  return due.length;
}

type Due = Awaited<ReturnType<typeof claim>>[number];

function claim({ services: { db, now } }: JobContext, size: number) {
  return db.platform(async (tx) => {
    const rows = await tx
      .select({ delivery: webhookDeliveries, hook: webhooks, dataKey: organizations.sealedDataKey })
      .from(webhookDeliveries)
      .innerJoin(webhooks, eq(webhooks.id, webhookDeliveries.webhookId))
      .innerJoin(organizations, eq(organizations.id, webhookDeliveries.orgId))
      .where(
        and(
          eq(webhookDeliveries.state, 'pending'),
          lte(webhookDeliveries.nextAt, new Date(now())),
          eq(webhooks.enabled, true),
          isNull(organizations.suspendedAt),
        ),
      )
      .orderBy(asc(webhookDeliveries.nextAt), asc(webhookDeliveries.eventSeq))
      .limit(size)
      .for('update', { of: webhookDeliveries, skipLocked: true });
    if (rows.length === 0) return rows;
    const ids = rows.map(({ delivery }) => delivery.id);
    await tx
      .update(webhookDeliveries)
      .set({ nextAt: new Date(now() + CLAIM_MS), attempts: sql`${webhookDeliveries.attempts} + 1` })
      .where(inArray(webhookDeliveries.id, ids));
    for (const { hook } of rows)
      await recordKeyUse(tx, {
        org: hook.orgId as OrgId,
        purpose: 'webhook.sign',
        subject: hook.id,
        actor: 'system',
      });
    return rows;
  });
}

async function sendOne(context: JobContext, due: Due): Promise<void> {
  const attempt = await tryOnce(context, due);
  const { db, now } = context.services;
  const { delivery, hook } = due;
  const verdict = afterAttempt(
    attempt,
    {
      attempts: delivery.attempts + 1,
      createdAt: delivery.createdAt.getTime(),
      failingSince: hook.failingSince?.getTime() ?? null,
    },
    now(),
    context.random(),
  );
  await db.platform(async (tx) => {
    await tx
      .update(webhookDeliveries)
      .set({
        state: verdict.state,
        nextAt: new Date(verdict.nextAt),
        status: attempt.status ?? null,
        answer: attempt.answer ?? null,
        error: attempt.error ?? null,
        deliveredAt: verdict.state === 'delivered' ? new Date(now()) : null,
      })
      .where(eq(webhookDeliveries.id, delivery.id));
    const failingSince = verdict.failingSince === null ? null : new Date(verdict.failingSince);
    await tx.update(webhooks).set({ failingSince }).where(eq(webhooks.id, hook.id));
    if (verdict.disable) await disable(tx, due, verdict.disable);
  });
}

async function tryOnce({ services }: JobContext, { delivery, hook, dataKey }: Due): Promise<Attempt> {
  const { master, now, outbound, env } = services;
  try {
    const secret = await openWebhookSecret(master, hook, dataKey);
    const timestamp = Math.floor(now() / 1000);
    const signed = await signatureHeaders(secret.reveal(), {
      id: delivery.id,
      timestamp,
      body: delivery.body,
    });
    const headers = { ...signed, 'content-type': 'application/json', 'user-agent': 'secure-access-fabric' };
    const { status, bytes } = await outbound.send(
      hook.url,
      { method: 'POST', headers, body: delivery.body },
      { privateNetworks: allowsPrivate(env), most: MOST_ANSWER_BYTES },
    );
    // PostgreSQL's text has no place for a null octet.
    const answer = new TextDecoder().decode(bytes).replaceAll('\0', ' ');
    return { status, answer, ...(isSuccess(status) ? {} : { error: `answered HTTP ${status}` }) };
  } catch (error) {
    return { error: (error instanceof Error ? error.message : String(error)).slice(0, MAX_ERROR) };
  }
}

async function disable(tx: Tx, { hook }: Due, reason: string): Promise<void> {
  const changed = await tx
    .update(webhooks)
    .set({ enabled: false })
    .where(and(eq(webhooks.id, hook.id), eq(webhooks.enabled, true)))
    .returning({ id: webhooks.id });
  if (changed.length === 0) return;
  await record(tx, {
    org: hook.orgId as OrgId,
    actor: 'system',
    action: 'webhook.disable',
    subject: hook.id,
    reason,
    requestId: `job:webhooks`,
  });
}
