/** Webhooks of an organization and what was sent to them. */
import { z } from 'zod';
import { EventType } from '../events.ts';
import { Name } from '../ids.ts';

export const WebhookId = z.uuid().brand<'WebhookId'>();
export type WebhookId = z.infer<typeof WebhookId>;

const Types = z.array(EventType).max(100);
export const CreateWebhook = z.strictObject({
  name: Name,
  url: z.url().max(2_000),
  /** Empty for all. */
  types: Types.default([]),
});
export const ChangeWebhook = z.strictObject({
  url: z.url().max(2_000).optional(),
  types: Types.optional(),
  enabled: z.boolean().optional(),
});

export const WebhookView = z.object({
  id: WebhookId,
  name: Name,
  url: z.string(),
  types: Types,
  enabled: z.boolean(),
  failingSince: z.iso.datetime().nullable(),
  createdAt: z.iso.datetime(),
});
export type WebhookView = z.infer<typeof WebhookView>;
/** The secret is shown this once. */
export const NewWebhook = WebhookView.extend({ secret: z.string() });
export const WebhookList = z.object({ webhooks: z.array(WebhookView) });

export const DeliveryView = z.object({
  id: z.uuid(),
  eventSeq: z.int(),
  type: EventType,
  state: z.enum(['pending', 'delivered', 'dead']),
  attempts: z.int(),
  nextAt: z.iso.datetime().nullable(),
  /** What the receiver answered last, its beginning. */
  status: z.int().nullable(),
  answer: z.string().nullable(),
  error: z.string().nullable(),
  createdAt: z.iso.datetime(),
  deliveredAt: z.iso.datetime().nullable(),
});
export const DeliveryList = z.object({ deliveries: z.array(DeliveryView) });
