/** A secret on its way to the one session that needs it, and what time does to secrets; against a real PostgreSQL. */
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { serve } from '@hono/node-server';
import { eq, sql } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Control } from '../../agent/control/control.ts';
import { ApiConnection } from '../../agent/control/http.ts';
import { runDueJobs } from '../../edge/jobs/run.ts';
import { secretsJob } from '../../edge/jobs/secrets.ts';
import { credentialPlace, dataKeySealer } from '../../edge/keys/envelope.ts';
import { OrgId, SessionId } from '../../schema/ids.ts';
import { credentials, events, organizations, secrets, secretVersions } from '../../schema/tables/index.ts';
import { freshName, freshNonce, SecretsWorld, TARGET, type Tenant } from './secrets-world.ts';

const DAY_MS = 86_400_000;
/** The agent itself never opens what is sealed. */
const NO_SEAL = { pkcs8: new Uint8Array(), publicKey: new Uint8Array() };
let world: SecretsWorld;
beforeAll(async () => {
  world = await SecretsWorld.make();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const make = (value: string, more: object = {}, of: Tenant = world.a) =>
  world.done('POST', '/secrets', { name: freshName(), kind: 'password', value, ...more }, of);
const password = (text: string) => ({ type: 'password', password: text });
const platform = <T>(work: Parameters<typeof world.api.services.db.platform<T>>[0]) =>
  world.api.services.db.platform(work);

test('the node that the session is placed on gets the value, once the session starts, and it is written down', async () => {
  const { id } = await make('zq-one');
  const resource = await world.resourceWith(id);
  const session = await world.openSession(resource);
  const elsewhere = await world.start(session, world.other);
  expect([elsewhere.status, elsewhere.body.code]).toEqual([404, 'not_found']);
  const answer = await world.start(session);
  expect(JSON.stringify(answer.body)).not.toContain('zq-one');
  expect(await world.opened(answer)).toEqual([password('zq-one')]);
  await expect(world.opened(answer, { ...world.service, seal: world.other.seal })).rejects.toMatchObject({
    code: 'seal_broken',
  });
  const { uses } = await world.done('GET', `/secrets/${id}/uses`);
  expect(uses).toMatchObject([{ what: 'use', session, resource, version: 1, person: world.a.user.id }]);
  const { entries } = await world.done('GET', '/audit?limit=200');
  const used = entries.find(
    (one: { action: string; subject: string }) => one.action === 'secret.use' && one.subject === id,
  );
  expect(used).toMatchObject({ actor: 'node' });
  expect(JSON.parse(used.detail)).toEqual({ session, resource, versions: [1] });
});

test('no node gets it before a session is, while one runs, or once it is over', async () => {
  const { id } = await make('zq-two');
  const session = await world.openSession(await world.resourceWith(id));
  expect((await world.start(crypto.randomUUID())).status).toBe(404);
  await world.start(session);
  const report = { state: 'active', generation: 1 };
  await world.api.call('POST', `/v1/node/sessions/${session}/state`, report, await world.service.assertion());
  expect((await world.start(session)).body.code).toBe('conflict');
  await world.call('DELETE', `/sessions/${session}`, undefined, world.a, world.a.user.token);
  expect((await world.start(session)).body.code).toBe('session_ended');
});

test('an answer to one call is none to another: the nonce is in it, and it opens with no other', async () => {
  const { id } = await make('zq-three');
  const session = await world.openSession(await world.resourceWith(id));
  const [first, second] = [freshNonce(), freshNonce()];
  const answer = await world.start(session, world.service, first);
  const again = await world.start(session, world.service, second);
  expect(await world.opened(again)).toEqual([password('zq-three')]);
  const body = JSON.parse(
    atob(answer.body.answer.split('.')[1].replaceAll('-', '+').replaceAll('_', '/')),
  ).body;
  expect(body.nonce).toBe(first);
  expect((await world.start(session, world.service, 'short')).status).toBe(400);
  const assertion = await world.service.assertion();
  const path = `/v1/node/sessions/${session}/start`;
  expect((await world.api.call('POST', path, { nonce: second }, assertion)).status).toBe(200);
  expect((await world.api.call('POST', path, { nonce: second }, assertion)).body.code).toBe('token_replayed');
});

test('an agent does not take an answer that was recorded and is played to it again', async () => {
  const { id } = await make('zq-four');
  const session = SessionId.parse(await world.openSession(await world.resourceWith(id)));
  let recorded: Response | undefined;
  const server = serve({
    port: 0,
    hostname: '127.0.0.1',
    fetch: async (request) => {
      recorded ??= await world.api.fetch(request);
      return recorded.clone();
    },
  });
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const connection = new ApiConnection({ url: new URL(`http://127.0.0.1:${port}`), pins: [] });
  try {
    const { enrolment, key } = world.service;
    const nodeKey = { privateKey: key, pem: '', csr: async () => '', seal: NO_SEAL, sealKey: '' };
    const control = new Control(connection, () => ({ enrolment, key: nodeKey }));
    // Both sides look at real clocks here.
    world.api.now = Date.now();
    expect(await control.startSession(session)).toMatchObject({ session, org: world.a.org });
    await expect(control.startSession(session)).rejects.toMatchObject({ code: 'token_replayed' });
  } finally {
    await connection.close();
    server.close();
  }
});

test('while the one before overlaps a session gets both, the newest first; afterwards one', async () => {
  const { id } = await make('zq-old', { overlapDays: 1 });
  const resource = await world.resourceWith(id);
  await world.done('POST', `/secrets/${id}/versions`, { value: 'zq-new' });
  expect(await world.delivered(resource)).toEqual([password('zq-new'), password('zq-old')]);
  await platform((tx) =>
    tx
      .update(secretVersions)
      .set({ overlapUntil: new Date(world.api.now - 1) })
      .where(eq(secretVersions.state, 'previous')),
  );
  expect(await world.delivered(resource)).toEqual([password('zq-new')]);
});

test('an expired secret starts no session, and the session can be tried again', async () => {
  const expiresAt = new Date(world.api.now + 1_000).toISOString();
  const { id } = await make('zq-late', { expiresAt });
  const session = await world.openSession(await world.resourceWith(id));
  world.api.now += 2_000;
  expect((await world.start(session)).body.code).toBe('secret_unusable');
  await world.done('PATCH', `/secrets/${id}`, { expiresAt: null });
  expect((await world.start(session)).status).toBe(200);
});

interface Place {
  readonly id: string;
  readonly version: number;
}
const sealedAt = async ({ id, version }: Place) => {
  const rows = await platform((tx) =>
    tx.select({ sealed: secretVersions.sealed }).from(secretVersions).where(is(id, version)),
  );
  return rows[0]?.sealed ?? '';
};
const is = (id: string, version: number) =>
  sql`${secretVersions.secretId} = ${id} and ${secretVersions.version} = ${version}`;

test('a ciphertext that was moved in the database, to another secret, version or organization, opens nowhere', async () => {
  const mine = await make('zq-mine');
  await world.done('POST', `/secrets/${mine.id}/versions`, { value: 'zq-mine-2' });
  const other = await make('zq-other');
  const foreign = await make('zq-foreign', {}, world.b);
  const resource = await world.resourceWith(mine.id);
  const current = { id: mine.id, version: 2 };
  const own = await sealedAt(current);
  const moved: [string, Place][] = [
    ['secret', { id: other.id, version: 1 }],
    ['version', { id: mine.id, version: 1 }],
    ['organization', { id: foreign.id, version: 1 }],
  ];
  for (const [what, from] of moved) {
    const sealed = await sealedAt(from);
    expect(sealed, what).toMatch(/^v1\./);
    await platform((tx) => tx.update(secretVersions).set({ sealed }).where(is(current.id, current.version)));
    const shown = await world.call('POST', `/secrets/${mine.id}/reveal`, { reason: 'a look' });
    expect(shown.body.code, what).toBe('secret_unusable');
    const start = await world.start(await world.openSession(resource));
    expect(start.body.code, what).toBe('secret_unusable');
    expect(JSON.stringify([shown.body, start.body])).not.toContain('zq-');
  }
  await platform((tx) =>
    tx.update(secretVersions).set({ sealed: own }).where(is(current.id, current.version)),
  );
  expect(await world.delivered(resource)).toEqual([password('zq-mine-2')]);
});

test("a resource that was made to name another organization's secret in the database starts no session", async () => {
  const foreign = await make('zq-foreign', {}, world.b);
  const { id } = await make('zq-mine');
  const resource = await world.resourceWith(id);
  await platform((tx) =>
    tx.update(credentials).set({ secretId: foreign.id }).where(eq(credentials.resourceId, resource)),
  );
  const start = await world.start(await world.openSession(resource));
  expect(start.body.code).toBe('not_found');
});

test('what was given with a resource, now and before there were secrets, is delivered all the same', async () => {
  expect(await world.delivered(world.a.resource)).toEqual([password('secret of org-a')]);
  const { org, resource } = world.b;
  const [row] = await platform((tx) => tx.select().from(organizations).where(eq(organizations.id, org)));
  const sealer = await dataKeySealer(world.database.master, org, row?.sealedDataKey ?? '');
  const plain = new TextEncoder().encode(JSON.stringify(password('zq-ancient')));
  const sealed = await sealer.seal(plain, credentialPlace(org, resource));
  const ancient = (of: string, text: string) =>
    platform(async (tx) => {
      await tx.delete(credentials).where(eq(credentials.resourceId, of));
      await tx.delete(secrets).where(eq(secrets.name, `resource-${of}`));
      await tx.insert(credentials).values({ orgId: org, resourceId: of, sealed: text });
    });
  await ancient(resource, sealed);
  expect(await world.delivered(resource, world.b)).toEqual([password('zq-ancient')]);
  await ancient(resource, sealed);
  const body = { name: freshName(), egressPool: 'pool', target: TARGET };
  const { id: broken } = await world.done('POST', '/resources', body, world.b);
  await ancient(broken, sealed);
  world.api.now += 61_000;
  await runDueJobs(world.api.services, [secretsJob]);
  const kept = await platform((tx) => tx.select().from(credentials).where(eq(credentials.orgId, org)));
  // What was moved here from another resource stays closed, and holds up nothing else.
  expect(kept.filter((one) => one.sealed !== null).map((one) => one.resourceId)).toEqual([broken]);
  expect(await world.delivered(resource, world.b)).toEqual([password('zq-ancient')]);
});

test('when it is time, what the fabric makes is made anew, and a person is asked once for the rest', async () => {
  const terms = { rotateEveryDays: 30, overlapDays: 2 };
  const made = await world.done('POST', '/secrets', {
    name: freshName(),
    kind: 'ssh_key',
    generate: { kind: 'ssh_key' },
    ...terms,
  });
  const put = await make('zq-hand', terms);
  const never = await make('zq-never');
  const run = async () => {
    world.api.now += 61_000;
    await runDueJobs(world.api.services, [secretsJob]);
  };
  await run();
  expect((await world.done('GET', `/secrets/${made.id}`)).version).toBe(1);
  world.api.now += 30 * DAY_MS;
  const token = (await world.api.signIn(world.a.owner.email, 'a long enough password')).accessToken;
  const at = async (path: string) => (await world.call('GET', path, undefined, world.a, token)).body;
  await run();
  await run();
  expect(await at(`/secrets/${made.id}`)).toMatchObject({ version: 2, dueSince: null });
  expect((await at(`/secrets/${made.id}`)).publicPart).not.toBe(made.publicPart);
  expect(await at(`/secrets/${put.id}`)).toMatchObject({ version: 1, dueSince: expect.any(String) });
  expect(await at(`/secrets/${never.id}`)).toMatchObject({ version: 1, dueSince: null });
  const told = await world.api.services.db.org(OrgId.parse(world.a.org), (tx) =>
    tx.select({ type: events.type, subject: events.subject }).from(events),
  );
  const of = (id: string) => told.filter(({ subject }) => subject === id).map(({ type }) => type);
  expect([of(made.id), of(put.id), of(never.id)]).toEqual([['secret.rotated'], ['secret.rotation_due'], []]);
  await world.call('POST', `/secrets/${put.id}/versions`, { value: 'zq-hand-2' }, world.a, token);
  expect(await at(`/secrets/${put.id}`)).toMatchObject({ version: 2, dueSince: null });
  world.api.now += 3 * DAY_MS;
  await run();
  const again = (await world.api.signIn(world.a.owner.email, 'a long enough password')).accessToken;
  const history = await world.call('GET', `/secrets/${made.id}/versions`, undefined, world.a, again);
  expect(history.body.versions.map(({ state }: { state: string }) => state)).toEqual(['current', 'retired']);
});
