/** Webhooks: where an organization's events are sent to. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import {
  ChangeWebhook,
  CreateWebhook,
  DeliveryList,
  NewWebhook,
  WebhookId,
  WebhookList,
  WebhookView,
} from '../../../schema/api/webhooks.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { Secret } from '../../../schema/secret.ts';
import { webhooks } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf } from '../../caller.ts';
import { isDuplicate } from '../../db.ts';
import { allowsPrivate } from '../../env.ts';
import { recordKeyUse } from '../../keys/uses.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import type { Services } from '../../services.ts';
import { checkWebhookUrl } from '../../webhooks/address.ts';
import { sealWebhookSecret } from '../../webhooks/secret.ts';
import { newWebhookSecret } from '../../webhooks/signature.ts';
import {
  checkRoom,
  dataKeyOf,
  listDeliveries,
  listWebhooks,
  oneWebhook,
  redeliver,
  webhookView,
} from './store.ts';

const PATH = '/v1/orgs/{org}/webhooks';
const OneWebhook = OrgParam.extend({ webhook: WebhookId });
const may = forMembers('webhooks.manage');

const list = createRoute({
  ...may,
  method: 'get',
  path: PATH,
  summary: 'The webhooks',
  request: { params: OrgParam },
  responses: answers(200, WebhookList),
});
const create = createRoute({
  ...may,
  method: 'post',
  path: PATH,
  summary: 'Make a webhook: its secret is shown once',
  request: { params: OrgParam, body: json(CreateWebhook) },
  responses: answers(201, NewWebhook),
});
const change = createRoute({
  ...may,
  method: 'patch',
  path: `${PATH}/{webhook}`,
  summary: 'Change a webhook, or switch it on or off',
  request: { params: OneWebhook, body: json(ChangeWebhook) },
  responses: answers(200, WebhookView),
});
const remove = createRoute({
  ...may,
  method: 'delete',
  path: `${PATH}/{webhook}`,
  summary: 'Delete a webhook',
  request: { params: OneWebhook },
  responses: answersNothing,
});
const deliveries = createRoute({
  ...may,
  method: 'get',
  path: `${PATH}/{webhook}/deliveries`,
  summary: 'What was sent to a webhook, and what it answered',
  request: {
    params: OneWebhook,
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  },
  responses: answers(200, DeliveryList),
});
const again = createRoute({
  ...may,
  method: 'post',
  path: `${PATH}/{webhook}/deliveries/{delivery}/redeliver`,
  summary: 'Send a delivery again',
  request: { params: OneWebhook.extend({ delivery: z.uuid() }) },
  responses: answersNothing,
});
const test = createRoute({
  ...may,
  method: 'post',
  path: `${PATH}/{webhook}/test`,
  summary: 'Send a webhook a test event',
  request: { params: OneWebhook },
  responses: answersNothing,
});

export const webhookRoutes = newRouter();

function checkUrl({ env }: Services, url: string): void {
  checkWebhookUrl(url, allowsPrivate(env));
}

webhookRoutes.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  return c.json({ webhooks: await c.get('services').db.org(org, listWebhooks) }, 200);
});

webhookRoutes.openapi(create, async (c) => {
  const services = c.get('services');
  const { org } = c.req.valid('param');
  const { name, url, types } = c.req.valid('json');
  checkUrl(services, url);
  const secret = new Secret(newWebhookSecret());
  const row = await services.db
    .org(org, async (tx) => {
      await checkRoom(tx);
      const id = crypto.randomUUID();
      const sealed = await sealWebhookSecret(
        services.master,
        { id, orgId: org },
        await dataKeyOf(tx, org),
        secret,
      );
      await recordKeyUse(tx, {
        org,
        purpose: 'webhook.seal',
        subject: id,
        actor: actorOf(c.get('caller')),
      });
      const [made] = await tx
        .insert(webhooks)
        .values({ id, orgId: org, name, url, types, sealed })
        .returning();
      if (!made) throw new Error('nothing was inserted');
      await record(tx, {
        org,
        actor: actorOf(c.get('caller')),
        action: 'webhook.create',
        subject: id,
        detail: { name, host: new URL(url).host, types, secret },
        requestId: c.get('requestId'),
      });
      return made;
    })
    .catch((error: unknown) => {
      throw isDuplicate(error) ? new Refusal('conflict', `there is a webhook named ${name}`) : error;
    });
  return c.json({ ...webhookView(row), secret: secret.reveal() }, 201);
});

webhookRoutes.openapi(change, async (c) => {
  const services = c.get('services');
  const { org, webhook } = c.req.valid('param');
  const { url, types, enabled } = c.req.valid('json');
  if (url !== undefined) checkUrl(services, url);
  const changes = {
    ...(url === undefined ? {} : { url }),
    ...(types === undefined ? {} : { types }),
    ...(enabled === undefined ? {} : { enabled, failingSince: null }),
  };
  const view = await services.db.org(org, async (tx) => {
    const before = await oneWebhook(tx, webhook);
    if (Object.keys(changes).length === 0) return webhookView(before);
    const [row] = await tx.update(webhooks).set(changes).where(eq(webhooks.id, webhook)).returning();
    if (!row) throw new Refusal('not_found');
    await record(tx, {
      org,
      actor: actorOf(c.get('caller')),
      action: 'webhook.change',
      subject: webhook,
      detail: {
        ...(url === undefined ? {} : { host: new URL(url).host }),
        ...(types === undefined ? {} : { types }),
        ...(enabled === undefined ? {} : { enabled }),
      },
      requestId: c.get('requestId'),
    });
    return webhookView(row);
  });
  return c.json(view, 200);
});

webhookRoutes.openapi(remove, async (c) => {
  const { org, webhook } = c.req.valid('param');
  await c.get('services').db.org(org, async (tx) => {
    const { name } = await oneWebhook(tx, webhook);
    await tx.delete(webhooks).where(eq(webhooks.id, webhook));
    await record(tx, {
      org,
      actor: actorOf(c.get('caller')),
      action: 'webhook.delete',
      subject: webhook,
      detail: { name },
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});

webhookRoutes.openapi(deliveries, async (c) => {
  const { org, webhook } = c.req.valid('param');
  const { limit } = c.req.valid('query');
  const rows = await c.get('services').db.org(org, async (tx) => {
    await oneWebhook(tx, webhook);
    return listDeliveries(tx, webhook, limit);
  });
  return c.json({ deliveries: rows }, 200);
});

webhookRoutes.openapi(again, async (c) => {
  const { org, webhook, delivery } = c.req.valid('param');
  const { db, now } = c.get('services');
  await db.org(org, async (tx) => {
    await redeliver(tx, webhook, delivery, new Date(now()));
    await record(tx, {
      org,
      actor: actorOf(c.get('caller')),
      action: 'webhook.redeliver',
      subject: webhook,
      detail: { delivery },
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});

webhookRoutes.openapi(test, async (c) => {
  const { org, webhook } = c.req.valid('param');
  await c.get('services').db.org(org, async (tx) => {
    await oneWebhook(tx, webhook);
    await record(tx, {
      org,
      actor: actorOf(c.get('caller')),
      action: 'webhook.test',
      subject: webhook,
      requestId: c.get('requestId'),
    });
  });
  return c.body(null, 204);
});
