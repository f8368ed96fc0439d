/** Secrets: made, given new versions, shown by their metadata; what reveals a value is in `reveal.ts`. */
import { eq } from 'drizzle-orm';
import { z } from 'zod';
import {
  ChangeSecret,
  CreateSecret,
  PutSecret,
  SecretList,
  SecretUses,
  SecretView,
  SetCurrent,
  VersionList,
  VersionParam,
  VersionView,
} from '../../../schema/api/secrets.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { Secret } from '../../../schema/secret.ts';
import { type SecretKind, unfitValue } from '../../../schema/secret-kinds.ts';
import { secrets } from '../../../schema/tables/index.ts';
import { forMembers } from '../../access.ts';
import { actOf, recordAct } from '../../act.ts';
import { isDuplicate } from '../../db.ts';
import { answers, answersNothing, createRoute, json, newRouter, OrgParam } from '../../routes.ts';
import { generateSecret } from '../../secrets/generate.ts';
import { rotate } from '../../secrets/rotate.ts';
import { addVersion, destroyVersion, lockSecret, makeCurrent, oneVersion } from '../../secrets/versions.ts';
import { requireRecent } from '../../sign-in/policy.ts';
import { OneSecret, PATH, revealRoutes } from './reveal.ts';
import { nextRotation } from './rules.ts';
import {
  columnsOf,
  deleteUnused,
  insertSecret,
  listSecrets,
  listUses,
  listVersions,
  oneSecret,
  requireGrantees,
  versionView,
} from './store.ts';

const may = forMembers('secrets.manage');
const ONE = `${PATH}/{secret}`;
const OneVersion = OneSecret.extend({ version: VersionParam });

const list = createRoute({
  ...may,
  method: 'get',
  path: PATH,
  summary: 'The secrets, without their values',
  request: { params: OrgParam },
  responses: answers(200, SecretList),
});
const create = createRoute({
  ...may,
  method: 'post',
  path: PATH,
  summary: 'Make a secret, of a value or of one that the fabric generates',
  request: { params: OrgParam, body: json(CreateSecret) },
  responses: answers(201, SecretView),
});
const show = createRoute({
  ...may,
  method: 'get',
  path: ONE,
  summary: 'One secret, without its value',
  request: { params: OneSecret },
  responses: answers(200, SecretView),
});
const change = createRoute({
  ...may,
  method: 'patch',
  path: ONE,
  summary: 'Change what holds for a secret: labels, rotation, expiry, who may use and reveal it',
  request: { params: OneSecret, body: json(ChangeSecret) },
  responses: answers(200, SecretView),
});
const remove = createRoute({
  ...may,
  method: 'delete',
  path: ONE,
  summary: 'Delete a secret that no resource uses, with all its versions',
  request: { params: OneSecret },
  responses: answersNothing,
});
const history = createRoute({
  ...may,
  method: 'get',
  path: `${ONE}/versions`,
  summary: 'The versions of a secret, newest first',
  request: { params: OneSecret },
  responses: answers(200, VersionList),
});
const put = createRoute({
  ...may,
  method: 'post',
  path: `${ONE}/versions`,
  summary: 'Put a new value: it is the current version from now on',
  request: { params: OneSecret, body: json(PutSecret) },
  responses: answers(201, VersionView),
});
const generate = createRoute({
  ...may,
  method: 'post',
  path: `${ONE}/rotate`,
  summary: 'Generate a new value now',
  request: { params: OneSecret },
  responses: answers(201, VersionView),
});
const setCurrent = createRoute({
  ...may,
  method: 'put',
  path: `${ONE}/current`,
  summary: 'Go back to an older version',
  request: { params: OneSecret, body: json(SetCurrent) },
  responses: answers(200, SecretView),
});
const destroy = createRoute({
  ...may,
  method: 'delete',
  path: `${ONE}/versions/{version}`,
  summary: 'Destroy the value of a version that is not current',
  request: { params: OneVersion },
  responses: answersNothing,
});
const uses = createRoute({
  ...may,
  method: 'get',
  path: `${ONE}/uses`,
  summary: 'When, and for whom, a secret was used or revealed',
  request: {
    params: OneSecret,
    query: z.object({ limit: z.coerce.number().int().min(1).max(200).default(50) }),
  },
  responses: answers(200, SecretUses),
});

export const secretRoutes = newRouter();
secretRoutes.route('/', revealRoutes);

secretRoutes.openapi(list, async (c) => {
  const { org } = c.req.valid('param');
  return c.json({ secrets: await c.get('services').db.org(org, (tx) => listSecrets(tx, org)) }, 200);
});

secretRoutes.openapi(create, async (c) => {
  const { org } = c.req.valid('param');
  const { db, master } = c.get('services');
  const wanted = c.req.valid('json');
  const act = actOf(c, org);
  const made = wanted.generate
    ? await generateSecret(wanted.generate, wanted.name)
    : { value: secretOf(wanted.kind, wanted.value ?? ''), publicPart: null };
  const view = await db
    .org(org, async (tx) => {
      await requireGrantees(tx, org, wanted.useBy, wanted.revealBy);
      const row = await insertSecret(tx, org, wanted);
      await addVersion(tx, master, row, { ...made, by: act.actor, now: act.now });
      await recordAct(tx, act, 'secret.create', row.id, { reason: `named ${wanted.name}` });
      return (await listSecrets(tx, org, OneSecret.shape.secret.parse(row.id)))[0];
    })
    .catch(refuseTaken(wanted.name));
  if (!view) throw new Error('nothing was inserted');
  return c.json(view, 201);
});

secretRoutes.openapi(show, async (c) => {
  const { org, secret } = c.req.valid('param');
  return c.json(await c.get('services').db.org(org, (tx) => oneSecret(tx, org, secret)), 200);
});

secretRoutes.openapi(change, async (c) => {
  const { org, secret } = c.req.valid('param');
  const wanted = c.req.valid('json');
  const services = c.get('services');
  const act = actOf(c, org);
  // Whoever may change who reveals a secret could reveal it: the same is asked of both.
  if (wanted.revealBy !== undefined) {
    if (!c.get('member').permissions.has('secrets.reveal')) throw new Refusal('forbidden');
    requireRecent(c.get('caller').authenticatedAt, services.now());
  }
  const view = await services.db
    .org(org, async (tx) => {
      const before = await lockSecret(tx, org, secret);
      await requireGrantees(tx, org, wanted.useBy, wanted.revealBy);
      if (wanted.name !== undefined && before.ownedByResource)
        throw new Refusal('conflict', 'this secret belongs to a resource and keeps its name');
      const columns = { ...columnsOf(wanted), ...nextRotation(before, wanted.rotateEveryDays, act.now) };
      if (Object.keys(columns).length > 0)
        await tx.update(secrets).set(columns).where(eq(secrets.id, secret));
      await recordAct(tx, act, 'secret.change', secret, { reason: Object.keys(wanted).join(' ') });
      return oneSecret(tx, org, secret);
    })
    .catch(refuseTaken(wanted.name));
  return c.json(view, 200);
});

secretRoutes.openapi(remove, async (c) => {
  const { org, secret } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    const row = await lockSecret(tx, org, secret);
    await deleteUnused(tx, org, row);
    await recordAct(tx, act, 'secret.delete', secret, { reason: `named ${row.name}` });
  });
  return c.body(null, 204);
});

secretRoutes.openapi(history, async (c) => {
  const { org, secret } = c.req.valid('param');
  const rows = await c
    .get('services')
    .db.org(org, async (tx) => listVersions(tx, await lockSecret(tx, org, secret)));
  return c.json({ versions: rows }, 200);
});

secretRoutes.openapi(put, async (c) => {
  const { org, secret } = c.req.valid('param');
  const { db, master } = c.get('services');
  const { value } = c.req.valid('json');
  const act = actOf(c, org);
  const view = await db.org(org, async (tx) => {
    const row = await lockSecret(tx, org, secret);
    const made = { value: secretOf(row.kind, value), publicPart: null, by: act.actor, now: act.now };
    const version = await addVersion(tx, master, row, made);
    // From now on people put its values.
    await tx.update(secrets).set({ generated: null }).where(eq(secrets.id, secret));
    await recordAct(tx, act, 'secret.put', secret, { generation: version });
    return versionView(await oneVersion(tx, row, version));
  });
  return c.json(view, 201);
});

secretRoutes.openapi(generate, async (c) => {
  const { org, secret } = c.req.valid('param');
  const { db, master } = c.get('services');
  const act = actOf(c, org);
  const view = await db.org(org, async (tx) => {
    const row = await lockSecret(tx, org, secret);
    const version = await rotate(tx, master, row, act);
    return versionView(await oneVersion(tx, row, version));
  });
  return c.json(view, 201);
});

secretRoutes.openapi(setCurrent, async (c) => {
  const { org, secret } = c.req.valid('param');
  const { version } = c.req.valid('json');
  const act = actOf(c, org);
  const view = await c.get('services').db.org(org, async (tx) => {
    await makeCurrent(tx, await lockSecret(tx, org, secret), version, act.now);
    await recordAct(tx, act, 'secret.rollback', secret, { generation: version });
    return oneSecret(tx, org, secret);
  });
  return c.json(view, 200);
});

secretRoutes.openapi(destroy, async (c) => {
  const { org, secret, version } = c.req.valid('param');
  const act = actOf(c, org);
  await c.get('services').db.org(org, async (tx) => {
    await destroyVersion(tx, await lockSecret(tx, org, secret), version);
    await recordAct(tx, act, 'secret.destroy', secret, { generation: version });
  });
  return c.body(null, 204);
});

secretRoutes.openapi(uses, async (c) => {
  const { org, secret } = c.req.valid('param');
  const { limit } = c.req.valid('query');
  const rows = await c
    .get('services')
    .db.org(org, async (tx) => listUses(tx, await lockSecret(tx, org, secret), limit));
  return c.json({ uses: rows }, 200);
});

/** @throws Refusal `bad_request` that says nothing of the value */
function secretOf(kind: SecretKind, value: string): Secret {
  const unfit = unfitValue(kind, value);
  if (unfit !== undefined) throw new Refusal('bad_request', unfit);
  return new Secret(value);
}

function refuseTaken(name: string | undefined) {
  return (error: unknown): never => {
    throw isDuplicate(error) ? new Refusal('conflict', `there is a secret named ${name} already`) : error;
  };
}
