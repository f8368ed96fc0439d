/** Webhooks and their deliveries, as rows and as they are shown. */
import { and, asc, count, desc, eq } from 'drizzle-orm';
import type { z } from 'zod';
import type { DeliveryView, WebhookId, WebhookView } from '../../../schema/api/webhooks.ts';
import type { OrgId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { organizations, webhookDeliveries, webhooks } from '../../../schema/tables/index.ts';
import type { Tx } from '../../db.ts';

const MOST_WEBHOOKS = 50;

export async function listWebhooks(tx: Tx): Promise<WebhookView[]> {
  return (await tx.select().from(webhooks).orderBy(asc(webhooks.name))).map(webhookView);
}

/** @throws Refusal `not_found` */
export async function oneWebhook(tx: Tx, id: WebhookId) {
  const [row] = await tx.select().from(webhooks).where(eq(webhooks.id, id)).for('update');
  if (!row) throw new Refusal('not_found');
  return row;
}

/** @throws Refusal `conflict` */
export async function checkRoom(tx: Tx): Promise<void> {
  const [row] = await tx.select({ held: count() }).from(webhooks);
  if ((row?.held ?? 0) >= MOST_WEBHOOKS)
    throw new Refusal('conflict', `an organization has ${MOST_WEBHOOKS} webhooks at most`);
}

export async function dataKeyOf(tx: Tx, org: OrgId): Promise<string> {
  const [row] = await tx
    .select({ sealed: organizations.sealedDataKey })
    .from(organizations)
    .where(eq(organizations.id, org));
  if (!row) throw new Refusal('not_found');
  return row.sealed;
}

export async function listDeliveries(tx: Tx, id: WebhookId, limit: number) {
  const rows = await tx
    .select()
    .from(webhookDeliveries)
    .where(eq(webhookDeliveries.webhookId, id))
    .orderBy(desc(webhookDeliveries.createdAt), desc(webhookDeliveries.eventSeq))
    .limit(limit);
  return rows.map(deliveryView);
}

/** Due again at once, with a day of its own. @throws Refusal `not_found` */
export async function redeliver(tx: Tx, webhook: WebhookId, delivery: string, now: Date): Promise<void> {
  const changed = await tx
    .update(webhookDeliveries)
    .set({ state: 'pending', attempts: 0, nextAt: now, createdAt: now, deliveredAt: null })
    .where(and(eq(webhookDeliveries.id, delivery), eq(webhookDeliveries.webhookId, webhook)))
    .returning({ id: webhookDeliveries.id });
  if (changed.length === 0) throw new Refusal('not_found');
}

export function webhookView(row: typeof webhooks.$inferSelect): WebhookView {
  const { id, name, url, types, enabled, failingSince, createdAt } = row;
  return {
    id: id as WebhookId,
    name,
    url,
    types,
    enabled,
    failingSince: failingSince?.toISOString() ?? null,
    createdAt: createdAt.toISOString(),
  };
}

function deliveryView(row: typeof webhookDeliveries.$inferSelect): z.infer<typeof DeliveryView> {
  const { id, eventSeq, type, state, attempts, nextAt, status, answer, error, createdAt, deliveredAt } = row;
  return {
    id,
    eventSeq,
    type,
    state,
    attempts,
    nextAt: state === 'pending' ? nextAt.toISOString() : null,
    status,
    answer,
    error,
    createdAt: createdAt.toISOString(),
    deliveredAt: deliveredAt?.toISOString() ?? null,
  };
}
