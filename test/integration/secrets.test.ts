/** Secrets against a real PostgreSQL: masked everywhere, versions, who may reveal and use them. */
import { createHash } from 'node:crypto';
import { and, eq } from 'drizzle-orm';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OrgId } from '../../schema/ids.ts';
import { audit, events, idempotencyKeys, secretVersions } from '../../schema/tables/index.ts';
import { freshName, SecretsWorld } from './secrets-world.ts';

const VALUE = 'zq-correct-horse-battery';

let world: SecretsWorld;
beforeAll(async () => {
  world = await SecretsWorld.make();
});
afterAll(() => world?.[Symbol.asyncDispose]());

const make = (more: object = {}) =>
  world.done('POST', '/secrets', { name: freshName(), kind: 'password', value: VALUE, ...more });
const reveal = (id: string, body: object = {}, token = world.a.owner.token) =>
  world.call('POST', `/secrets/${id}/reveal`, { reason: 'a look', ...body }, world.a, token);
const shown = async (id: string, version?: number) =>
  (await reveal(id, version === undefined ? {} : { version })).body.value;
const states = async (id: string) =>
  (await world.done('GET', `/secrets/${id}/versions`)).versions.map(
    ({ version, state }: { version: number; state: string }) => `${version} ${state}`,
  );

test('a value is in no answer, no audit entry, no event and no row of the database, but for the one that reveals it', async () => {
  const key = { 'idempotency-key': crypto.randomUUID() };
  const body = { name: freshName(), kind: 'password', value: VALUE };
  const path = `/v1/orgs/${world.a.org}/secrets`;
  const first = await world.api.call('POST', path, body, world.a.owner.token, key);
  const again = await world.api.call('POST', path, body, world.a.owner.token, key);
  expect([first.status, again.body]).toEqual([201, first.body]);
  const { id } = first.body;
  const seen = [first.body];
  seen.push((await world.call('POST', `/secrets/${id}/versions`, { value: `${VALUE}-2` })).body);
  for (const suffix of ['', '/versions', '/uses'])
    seen.push(await world.done('GET', `/secrets/${id}${suffix}`));
  seen.push(await world.done('GET', '/secrets'), (await world.call('GET', '/audit?limit=500')).body);
  expect(JSON.stringify(seen)).not.toContain(VALUE);
  expect(await shown(id)).toBe(`${VALUE}-2`);
  const stored = await world.everything();
  expect(stored).not.toContain(VALUE);
  // Nor a bare hash of the request, by which a value could be guessed.
  const bare = createHash('sha256').update(`${path}\n${JSON.stringify(body)}`);
  expect(stored).not.toContain(bare.digest('base64url'));
});

test('bad values and bodies are refused without being repeated', async () => {
  const bodies = [
    { kind: 'password', value: `${VALUE}\n` },
    { kind: 'ssh_key', value: VALUE },
    { kind: 'token', value: `${VALUE} ` },
    { kind: 'text', value: VALUE.repeat(5_000) },
    { kind: 'password', value: VALUE, generate: { kind: 'password' } },
    { kind: 'password', generate: { kind: 'ssh_key' } },
    { kind: 'password' },
    { kind: VALUE },
  ];
  for (const body of bodies) {
    const answer = await world.call('POST', '/secrets', { name: freshName(), ...body });
    expect(answer.status, JSON.stringify(body).slice(0, 60)).toBe(400);
    expect(JSON.stringify(answer.body)).not.toContain(VALUE);
  }
  const headers = { authorization: `Bearer ${world.a.owner.token}`, 'content-type': 'application/json' };
  const broken = await world.api.request(`/v1/orgs/${world.a.org}/secrets`, {
    method: 'POST',
    headers,
    body: `{"value": ${VALUE}`,
  });
  expect(broken.status).toBe(400);
  expect(await broken.text()).not.toContain(VALUE);
});

test('revealing asks for a fresh proof and a reason, counts, and is told to the organization', async () => {
  const { id } = await make();
  expect((await reveal(id, { reason: '  ' })).status).toBe(400);
  expect((await world.call('POST', `/secrets/${id}/reveal`, {})).status).toBe(400);
  expect(await shown(id)).toBe(VALUE);
  expect(world.api.limited).toContain(`secret-reveal ${world.a.owner.id}`);
  world.api.now += 11 * 60_000;
  const { body } = await world.api.call('POST', '/v1/auth/refresh', {
    refreshToken: (await world.api.signIn(world.a.owner.email, 'a long enough password')).refreshToken,
  });
  world.api.now += 11 * 60_000;
  const stale = (await world.api.call('POST', '/v1/auth/refresh', { refreshToken: body.refreshToken })).body;
  expect((await reveal(id, {}, stale.accessToken)).body.code).toBe('step_up_required');
  world.api.now -= 22 * 60_000;
  const where = { action: 'secret.reveal', subject: id };
  const found = await world.api.services.db.org(OrgId.parse(world.a.org), async (tx) => ({
    audited: await tx
      .select()
      .from(audit)
      .where(and(eq(audit.action, where.action), eq(audit.subject, id))),
    told: await tx.select().from(events).where(eq(events.subject, id)),
  }));
  expect(found.audited).toMatchObject([{ ...where, reason: 'a look', actor: `user:${world.a.owner.id}` }]);
  expect(found.told).toMatchObject([{ type: 'secret.reveal', data: { reason: 'a look', generation: 1 } }]);
  const { uses } = await world.done('GET', `/secrets/${id}/uses`);
  expect(uses).toMatchObject([{ what: 'reveal', person: world.a.owner.id, reason: 'a look', version: 1 }]);
});

test('what was revealed is not kept for a repeat, and no key of a program reveals', async () => {
  const { id } = await make();
  const path = `/v1/orgs/${world.a.org}/secrets/${id}/reveal`;
  const header = { 'idempotency-key': crypto.randomUUID() };
  for (const _ of [1, 2]) {
    const answer = await world.api.call('POST', path, { reason: 'a look' }, world.a.owner.token, header);
    expect([answer.status, answer.headers.get('idempotency-replayed')]).toEqual([200, null]);
  }
  const kept = await world.api.services.db.platform((tx) =>
    tx.select().from(idempotencyKeys).where(eq(idempotencyKeys.key, header['idempotency-key'])),
  );
  expect(kept).toEqual([]);
  const { id: robot } = await world.done('POST', '/service-accounts', {
    name: freshName(),
    role: 'organization_admin',
  });
  const { key } = await world.done('POST', `/service-accounts/${robot}/keys`, { name: 'all' });
  expect((await reveal(id, {}, key)).status).toBe(403);
  expect((await world.call('GET', `/secrets/${id}`, undefined, world.a, key)).status).toBe(200);
});

test('versions: a new one is current, the one before overlaps, an older one comes back, a destroyed one never', async () => {
  const { id } = await make({ overlapDays: 2 });
  for (const n of [2, 3]) await world.done('POST', `/secrets/${id}/versions`, { value: `${VALUE}-${n}` });
  expect(await states(id)).toEqual(['3 current', '2 previous', '1 retired']);
  await world.done('PUT', `/secrets/${id}/current`, { version: 1 });
  expect(await states(id)).toEqual(['3 previous', '2 retired', '1 current']);
  expect([await shown(id), await shown(id, 3)]).toEqual([VALUE, `${VALUE}-3`]);
  expect((await world.call('DELETE', `/secrets/${id}/versions/1`)).body.code).toBe('conflict');
  expect((await world.call('DELETE', `/secrets/${id}/versions/3`)).status).toBe(204);
  expect(await states(id)).toEqual(['3 destroyed', '2 retired', '1 current']);
  expect((await reveal(id, { version: 3 })).body.code).toBe('secret_unusable');
  expect((await world.call('PUT', `/secrets/${id}/current`, { version: 3 })).body.code).toBe('conflict');
  const rows = await world.api.services.db.platform((tx) =>
    tx
      .select()
      .from(secretVersions)
      .where(and(eq(secretVersions.secretId, id), eq(secretVersions.version, 3))),
  );
  expect(rows).toMatchObject([{ state: 'destroyed', sealed: null }]);
  // Its number is not given again.
  expect((await world.done('POST', `/secrets/${id}/versions`, { value: VALUE })).version).toBe(4);
});

test('no more than twenty values are kept', async () => {
  const { id } = await make({ kind: 'text' });
  for (let n = 0; n < 22; n += 1)
    await world.done('POST', `/secrets/${id}/versions`, { value: `${VALUE}-${n}` });
  const all = await states(id);
  expect(all.slice(-3)).toEqual(['3 destroyed', '2 destroyed', '1 destroyed']);
  expect(all.filter((state: string) => !state.endsWith('destroyed'))).toHaveLength(20);
});

test('of what the fabric makes only the public part is told', async () => {
  const generate = { kind: 'ssh_key' };
  const made = await make({ kind: 'ssh_key', value: undefined, generate });
  expect(made).toMatchObject({ version: 1, generated: generate });
  expect(made.publicPart).toMatch(/^ssh-ed25519 \S+ thing-\d+$/);
  const next = await world.done('POST', `/secrets/${made.id}/rotate`);
  expect(next.publicPart).not.toBe(made.publicPart);
  expect(JSON.stringify([made, next])).not.toContain('PRIVATE');
  expect(await shown(made.id)).toContain('OPENSSH PRIVATE KEY');
  const own = await make();
  expect((await world.call('POST', `/secrets/${own.id}/rotate`)).status).toBe(400);
});

test('a secret that a resource uses is not deleted, and it says which; what was given with a resource goes with it', async () => {
  const { id, name } = await make();
  const resource = await world.resourceWith(id);
  const [{ name: using }] = (await world.done('GET', `/secrets/${id}`)).usedBy;
  const refused = await world.call('DELETE', `/secrets/${id}`);
  expect(refused.body).toMatchObject({ code: 'secret_in_use', detail: expect.stringContaining(using) });
  await world.done('PATCH', `/resources/${resource}`, { credential: { type: 'password', password: 'own' } });
  const listed = (await world.done('GET', '/secrets')).secrets;
  expect(listed.find((one: { name: string }) => one.name === `resource-${resource}`)).toMatchObject({
    ownedByResource: true,
    kind: 'password',
  });
  expect((await world.call('DELETE', `/secrets/${id}`)).status).toBe(204);
  expect((await world.call('DELETE', `/resources/${resource}`)).status).toBe(204);
  const left = JSON.stringify(await world.done('GET', '/secrets'));
  for (const gone of [name, resource]) expect(left).not.toContain(gone);
});

test('who may manage resources alone gives no secret to one; who is named may', async () => {
  const { id } = await make();
  const operator = await world.personWith(['resources.manage', 'organization.read']);
  const credential = { secret: id };
  const path = `/resources/${world.a.resource}`;
  const give = () => world.call('PATCH', path, { credential }, world.a, operator.token);
  expect((await give()).body.code).toBe('forbidden');
  await world.done('PATCH', `/secrets/${id}`, { useBy: [{ type: 'user', user: operator.id }] });
  expect((await give()).body).toMatchObject({ secret: id, hasCredential: true });
  // Pointed elsewhere the resource would show it to another machine: it is to be given again.
  const target = {
    protocol: 'ssh',
    host: '10.6.6.6',
    port: 22,
    username: 'root',
    hostKeys: [`SHA256:${'B'.repeat(43)}`],
  };
  expect((await world.call('PATCH', path, { target }, world.a, operator.token)).status).toBe(400);
  await world.done('PATCH', `/secrets/${id}`, { useBy: null });
  const moved = await world.call('PATCH', path, { target, credential }, world.a, operator.token);
  expect(moved.body.code).toBe('forbidden');
});

test('whom a secret does not name may not reveal it, nor name themselves without what revealing asks for', async () => {
  const { id } = await make({ revealBy: [{ type: 'role', role: 'organization_admin' }] });
  expect((await reveal(id)).body.code).toBe('forbidden');
  const keeper = await world.personWith(['secrets.manage']);
  const widen = { revealBy: null };
  expect((await world.call('PATCH', `/secrets/${id}`, widen, world.a, keeper.token)).body.code).toBe(
    'forbidden',
  );
  await world.done('PATCH', `/secrets/${id}`, widen);
  expect(await shown(id)).toBe(VALUE);
});

test('only a password or a key goes with an SSH target, and nothing with another', async () => {
  const { id } = await make({ kind: 'text' });
  const path = `/resources/${world.a.resource}`;
  expect((await world.call('PATCH', path, { credential: { secret: id } })).status).toBe(400);
  const { id: password } = await make();
  const target = { protocol: 'tcp', host: '10.0.0.9', port: 80 };
  const body = { name: freshName(), egressPool: 'pool', target, credential: { secret: password } };
  expect((await world.call('POST', '/resources', body)).status).toBe(400);
});
