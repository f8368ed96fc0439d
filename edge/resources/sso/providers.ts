/** An organization's identity providers: set up, tried, changed, taken away. */
import type { Context } from 'hono';
import {
  OneProvider,
  ProviderList,
  ProviderTest,
  ProviderView,
  SaveProvider,
} from '../../../schema/api/sso.ts';
import { IdentityProviderId, type OrgId } from '../../../schema/ids.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { forMembers } from '../../access.ts';
import { record } from '../../audit.ts';
import { actorOf } from '../../caller.ts';
import { isDuplicate, type Tx } from '../../db.ts';
import { allowsPrivate } from '../../env.ts';
import { orgSealer } from '../../keys/org-sealer.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import type { AppBindings } from '../../services.ts';
import { loadProvider, sealProviderSecret } from '../../sso/providers.ts';
import { tryProvider } from '../../sso/try.ts';
import { checkChange, checkSettings } from './rules.ts';
import {
  deleteProvider,
  findProvider,
  insertProvider,
  listProviders,
  updateProvider,
  viewOf,
} from './store.ts';

const TESTS = { name: 'sso-test', max: 20, windowS: 60 };
const PATH = '/v1/orgs/{org}/identity-providers';

const list = createRoute({
  ...forMembers('security.manage'),
  method: 'get',
  path: PATH,
  summary: 'The identity providers of an organization',
  request: { params: OrgParam },
  responses: answers(200, ProviderList),
});
const create = createRoute({
  ...forMembers('security.manage'),
  method: 'post',
  path: PATH,
  summary: 'Add an identity provider',
  request: { params: OrgParam, body: json(SaveProvider) },
  responses: answers(201, ProviderView),
});
const replace = createRoute({
  ...forMembers('security.manage'),
  method: 'put',
  path: `${PATH}/{provider}`,
  summary: "Replace an identity provider's settings",
  request: { params: OneProvider, body: json(SaveProvider) },
  responses: answers(200, ProviderView),
});
const remove = createRoute({
  ...forMembers('security.manage'),
  method: 'delete',
  path: `${PATH}/{provider}`,
  summary: 'Remove an identity provider',
  request: { params: OneProvider },
  responses: answersNothing,
});
const test = createRoute({
  ...forMembers('security.manage'),
  method: 'post',
  path: `${PATH}/{provider}/test`,
  summary: 'Try whether an identity provider works',
  request: { params: OneProvider },
  responses: answers(200, ProviderTest),
});

export const providers = newRouter();

providers.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  const { db, env } = c.get('services');
  const rows = await db.org(org, listProviders);
  return c.json({ providers: rows.map((row) => viewOf(row, env.FABRIC_PUBLIC_URL)) }, 200);
});

providers.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const services = c.get('services');
  const { secret, ...saved } = c.req.valid('json');
  checkSettings(saved.settings, allowsPrivate(services.env));
  const id = IdentityProviderId.parse(crypto.randomUUID());
  const row = await services.db
    .org(org, async (tx) => {
      const sealedSecret = secret === undefined ? null : await seal(c, tx, org, id, secret);
      const inserted = await insertProvider(tx, org, id, { ...saved, sealedSecret });
      await note(c, tx, org, 'identity-provider.create', id);
      return inserted;
    })
    .catch(nameTaken);
  return c.json(viewOf(row, services.env.FABRIC_PUBLIC_URL), 201);
});

providers.openapi(replace, async (c) => {
  const { org, provider } = c.req.valid('param');
  const services = c.get('services');
  const { secret, ...saved } = c.req.valid('json');
  checkSettings(saved.settings, allowsPrivate(services.env));
  const row = await services.db
    .org(org, async (tx) => {
      const before = await findProvider(tx, provider);
      checkChange(before.settings, saved.settings, secret !== undefined || before.sealedSecret === null);
      const sealedSecret =
        secret === undefined ? before.sealedSecret : await seal(c, tx, org, provider, secret);
      await note(c, tx, org, 'identity-provider.change', provider);
      return updateProvider(tx, provider, { ...saved, sealedSecret });
    })
    .catch(nameTaken);
  return c.json(viewOf(row, services.env.FABRIC_PUBLIC_URL), 200);
});

providers.openapi(remove, async (c) => {
  const { org, provider } = c.req.valid('param');
  await c.get('services').db.org(org, async (tx) => {
    await deleteProvider(tx, provider);
    await note(c, tx, org, 'identity-provider.delete', provider);
  });
  return c.body(null, 204);
});

providers.openapi(test, async (c) => {
  const { org, provider: id } = c.req.valid('param');
  const services = c.get('services');
  await services.limits.attempt(TESTS, org, { org });
  const provider = await services.db.org(org, (tx) => loadProvider(tx, services.master, id, 'any'));
  return c.json({ works: true as const, detail: await tryProvider(services, provider) }, 200);
});

async function seal(c: Context<AppBindings>, tx: Tx, org: OrgId, id: IdentityProviderId, secret: string) {
  const { master } = c.get('services');
  const actor = actorOf(c.get('caller'));
  const use = { org, purpose: 'identity-provider.seal', subject: id, actor } as const;
  return sealProviderSecret(await orgSealer(tx, master, use), org, id, secret);
}

function note(c: Context<AppBindings>, tx: Tx, org: OrgId, action: string, subject: string): Promise<void> {
  return record(tx, {
    org,
    actor: `user:${c.get('caller').user}`,
    action,
    subject,
    requestId: c.get('requestId'),
  });
}

function nameTaken(error: unknown): never {
  throw isDuplicate(error) ? new Refusal('conflict', 'there is a provider of this name already') : error;
}
