/** Every route as everybody: who may call it is what it says, other organizations stay out of sight, and nobody of one sees the mesh. */
import { sql } from 'drizzle-orm';
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import { decodeJwt } from 'jose';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { z } from 'zod';
import type { Access } from '../../edge/access.ts';
import { forKeys } from '../../edge/policy/may-give.ts';
import { OrgId } from '../../schema/ids.ts';
import {
  ORG_ROLE_PERMISSIONS,
  type OrgPermission,
  type Permission,
  PLATFORM_ROLE_PERMISSIONS,
  STEP_UP,
} from '../../schema/permissions.ts';
import type { RefusalCode } from '../../schema/refusal.ts';
import { OrgRole, PlatformRole } from '../../schema/roles.ts';
import * as tables from '../../schema/tables/index.ts';
import { type Answer, clientKey } from './control-api.ts';
import { SAMPLES, type Sample } from './route-samples.ts';
import { runUpkeep } from './tenancy-estate.ts';
import { readEvents } from './tenancy-events.ts';
import { addUnproven, type Unproven } from './tenancy-unproven.ts';
import { KEY_ROLE, makeWorld, SCOPED, type Tenant, type World } from './tenancy-world.ts';

interface Route {
  readonly name: string;
  readonly method: string;
  readonly path: string;
  readonly access: Access;
}

interface Caller {
  readonly name: string;
  readonly token: () => Promise<string | undefined>;
  /** In organization A, whose routes are called. */
  readonly permissions?: readonly OrgPermission[];
  readonly kind:
    | 'anonymous'
    | 'member'
    | 'stranger'
    | 'platform'
    | 'key'
    | 'dead key'
    | 'foreign key'
    | 'node';
  readonly platformRole?: PlatformRole;
  /** Proved who they are longer ago than a step-up takes. */
  readonly isOld?: true;
  /** Came in by the identity provider of the other organization. */
  readonly vouchedElsewhere?: true;
}

/** A status, or the code of a refusal. */
type Expected = number | 'allowed' | RefusalCode;

const Described = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ 'x-access': z.unknown() }))),
});

let world: World;
let unproven: Unproven;
let routes: Route[];
let callers: Caller[];
/** What people and keys of an organization were answered, for the crawl. */
const seen: { readonly where: string; readonly answer: Answer }[] = [];

beforeAll(async () => {
  world = await makeWorld();
  unproven = await addUnproven(world);
  const { paths } = Described.parse((await world.api.call('GET', '/openapi.json')).body);
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, operation]) => {
      const method = verb.toUpperCase();
      return { name: `${method} ${path}`, method, path, access: operation['x-access'] as Access };
    }),
  );
  callers = callersOf(world, unproven);
});
afterAll(() => world[Symbol.asyncDispose]());

function callersOf({ a, b, platform, service }: World, { old, vouchedElsewhere }: Unproven): Caller[] {
  const held = (token: string) => async () => token;
  return [
    { name: 'nobody', kind: 'anonymous', token: async () => undefined },
    ...OrgRole.options.map((role) => ({
      name: `${role} of A`,
      kind: 'member' as const,
      token: held(a.tokens[role]),
      permissions: ORG_ROLE_PERMISSIONS[role],
    })),
    ...OrgRole.options.map((role) => ({
      name: `${role} of B`,
      kind: 'stranger' as const,
      token: held(b.tokens[role]),
    })),
    ...PlatformRole.options.map((role) => ({
      name: role,
      kind: 'platform' as const,
      token: held(platform[role]),
      platformRole: role,
    })),
    {
      name: 'the owner of A, whose proof is old',
      kind: 'member',
      token: held(old.organization_owner),
      permissions: ORG_ROLE_PERMISSIONS.organization_owner,
      isOld: true,
    },
    {
      name: 'platform_owner, whose proof is old',
      kind: 'platform',
      token: held(old.platform_owner),
      platformRole: 'platform_owner',
      isOld: true,
    },
    {
      name: "platform_owner by B's identity provider",
      kind: 'platform',
      token: held(vouchedElsewhere.platform_owner),
      platformRole: 'platform_owner',
      vouchedElsewhere: true,
    },
    {
      name: "an owner of A by B's identity provider",
      kind: 'member',
      token: held(vouchedElsewhere.organization_owner),
      permissions: ORG_ROLE_PERMISSIONS.organization_owner,
      vouchedElsewhere: true,
    },
    {
      name: 'a full key of A',
      kind: 'key',
      token: held(a.keys.full),
      permissions: forKeys(ORG_ROLE_PERMISSIONS[KEY_ROLE]),
    },
    { name: 'a scoped key of A', kind: 'key', token: held(a.keys.scoped), permissions: SCOPED },
    { name: 'an expired key of A', kind: 'dead key', token: held(a.keys.expired) },
    { name: 'a revoked key of A', kind: 'dead key', token: held(a.keys.revoked) },
    { name: 'a full key of B', kind: 'foreign key', token: held(b.keys.full) },
    { name: 'a node', kind: 'node', token: service.assertion },
  ];
}

/** What the route's own words say of this caller. */
function expected(access: Access, { provenAnew }: Sample, caller: Caller): Expected {
  const { kind, permissions, platformRole, isOld, vouchedElsewhere } = caller;
  const isPerson = kind === 'member' || kind === 'stranger' || kind === 'platform';
  const held = (permission: Permission): Expected =>
    (isOld || kind === 'key') && (provenAnew || STEP_UP.has(permission)) ? 'step_up_required' : 'allowed';
  if (access.scope === 'platform') {
    if (!isPerson) return 401;
    const may = platformRole && PLATFORM_ROLE_PERMISSIONS[platformRole].includes(access.permission);
    if (!may) return 403;
    return vouchedElsewhere ? 'sign_in_method_not_allowed' : held(access.permission);
  }
  if (access.scope === 'organization') {
    // The platform's people are strangers in an organization that has an owner.
    if (kind === 'stranger' || kind === 'platform' || kind === 'foreign key') return 404;
    if (kind === 'anonymous' || kind === 'dead key' || kind === 'node') return 401;
    if (!permissions?.includes(access.permission)) return 403;
    return vouchedElsewhere ? 'sign_in_method_not_allowed' : held(access.permission);
  }
  if (access.scope === 'node') return kind === 'node' ? 'allowed' : 401;
  if (access.scope === 'anonymous') return 'allowed';
  if (!isPerson) return 401;
  if (provenAnew && vouchedElsewhere) return 'sign_in_method_not_allowed';
  return provenAnew && isOld ? 'step_up_required' : 'allowed';
}

/** As everybody else's answer, and nothing that only a right proof would give. */
function isAsExpected({ status, body }: Answer, wanted: Expected, { answers }: Sample): boolean {
  if (wanted === 'allowed')
    return (
      status < 500 &&
      (status === answers || ![401, 403].includes(status)) &&
      body?.code !== 'step_up_required' &&
      body?.code !== 'sign_in_method_not_allowed'
    );
  return typeof wanted === 'number' ? status === wanted : body?.code === wanted;
}

async function callAs(
  route: Route,
  sample: Sample,
  caller: Caller,
  params: object = {},
  headers: Record<string, string> = {},
): Promise<Answer> {
  const { a, api } = world;
  const given: Record<string, string> = { org: a.org, ...sample.params?.(a, world), ...params };
  const path =
    route.path.replace(/\{(\w+)\}/g, (_, name: string) => given[name] ?? 'missing') + (sample.query ?? '');
  const body = await sample.body?.(a, world);
  const held = await caller.token();
  const isPerson = caller.kind === 'member' || caller.kind === 'stranger' || caller.kind === 'platform';
  const token = sample.signsOut && isPerson ? await unproven.signInSpare() : held;
  const answer = route.path.endsWith('/events')
    ? await readEvents(api, path, token)
    : sample.isForm
      ? await api.postForm(path, new URLSearchParams(body as Record<string, string>))
      : await api.call(route.method, path, body, token, headers);
  const isOfOrg = caller.kind === 'member' || caller.kind === 'key' || caller.kind === 'stranger';
  if (isOfOrg) seen.push({ where: `${route.name} as ${caller.name}`, answer });
  return answer;
}

const sampleOf = ({ name }: Route): Sample => {
  const sample = SAMPLES[name];
  if (!sample) throw new Error(`${name} has no sample: add a line to route-samples.ts`);
  return sample;
};
const owner = (of: Tenant): Caller => ({
  name: 'the owner',
  kind: 'member',
  token: async () => of.tokens.organization_owner,
});

test('every route says who may call it and has a sample; every sample has a route', () => {
  expect(routes.length).toBeGreaterThan(100);
  const names = routes.map(({ name }) => name);
  expect(names.filter((name) => !SAMPLES[name])).toEqual([]);
  expect(Object.keys(SAMPLES).filter((name) => !names.includes(name))).toEqual([]);
  expect(routes.filter(({ access }) => !access?.scope).map(({ name }) => name)).toEqual([]);
});

test('every route as everybody: allowed or refused as it says', async () => {
  const wrong: string[] = [];
  let calls = 0;
  for (const route of routes) {
    const sample = sampleOf(route);
    const answered = new Set<number>();
    for (const caller of callers) {
      const answer = await callAs(route, sample, caller);
      calls += 1;
      const wanted = expected(route.access, sample, caller);
      if (wanted === 'allowed') answered.add(answer.status);
      if (!isAsExpected(answer, wanted, sample))
        wrong.push(
          `${route.name} as ${caller.name}: ${answer.status} ${answer.body?.code ?? ''}, not ${wanted}`,
        );
    }
    if (!answered.has(sample.answers))
      wrong.push(`${route.name}: nobody was answered ${sample.answers}, only ${[...answered]}`);
  }
  expect(wrong).toEqual([]);
  expect(calls).toBeGreaterThan(2500);
});

describe("another organization's ids", () => {
  test('in any parameter of any route are found nowhere', async () => {
    const wrong: string[] = [];
    let calls = 0;
    for (const route of routes.filter(({ access }) => access?.scope === 'organization')) {
      const names = [...route.path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name));
      for (const foreign of names.filter((name) => name !== 'org')) {
        const own = Object.fromEntries(names.map((name) => [name, world.a.ids[name]]));
        const id = world.b.ids[foreign];
        if (id === undefined) throw new Error(`the world has no id for {${foreign}} of ${route.name}`);
        // With the header a POST runs inside a transaction that sees more.
        const once = { 'idempotency-key': crypto.randomUUID() };
        for (const headers of route.method === 'POST' ? [{}, once] : [{}]) {
          const params = { ...own, [foreign]: id };
          const { status } = await callAs(route, sampleOf(route), owner(world.a), params, headers);
          calls += 1;
          if (status !== 404) wrong.push(`${route.name} with another's ${foreign}: ${status}`);
        }
      }
    }
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(25);
  });

  test("of another person's devices and sign-ins are found nowhere", async () => {
    const { a, b, api } = world;
    const theirs = await api.call('GET', '/v1/me/security', undefined, b.tokens.organization_user);
    const { devices, signIns } = theirs.body;
    expect(Math.min(devices.length, signIns.length)).toBeGreaterThan(0);
    for (const path of [`devices/${devices[0].id}`, `sign-ins/${signIns[0].id}`]) {
      const answer = await api.call('DELETE', `/v1/me/${path}`, undefined, a.tokens.organization_owner);
      expect(answer.status, path).toBe(404);
    }
  });

  test('in a body are found nowhere', async () => {
    const { a, b } = world;
    const at = `/v1/orgs/${a.org}`;
    const on = { matchLabels: { env: 'x' } };
    const to = { type: 'user', user: a.ids['user'] };
    const calls: [string, string, object][] = [
      ['POST', `${at}/sessions`, { resource: b.ids['resource'], key: await clientKey() }],
      ['POST', `${at}/grants`, { to, on: { resource: b.ids['resource'] } }],
      ['POST', `${at}/grants`, { to: { type: 'user', user: b.ids['user'] }, on }],
      ['POST', `${at}/grants`, { to: { type: 'group', group: b.ids['group'] }, on }],
      ['POST', `${at}/grants`, { to: { type: 'role', role: b.ids['role'] }, on }],
      ['POST', `${at}/grants`, { to: { type: 'service_account', serviceAccount: b.ids['account'] }, on }],
      ['PUT', `${at}/members/${a.ids['user']}/role`, { role: b.ids['role'] }],
      ['PUT', `${at}/groups/${a.ids['group']}/role`, { role: b.ids['role'] }],
      ['POST', `${at}/service-accounts`, { name: 'other', role: b.ids['role'] }],
      ['PATCH', `${at}/resources/${a.ids['resource']}`, { credential: { secret: b.ids['secret'] } }],
      ['PATCH', `${at}/secrets/${a.ids['secret']}`, { useBy: [{ type: 'user', user: b.ids['user'] }] }],
      ['PATCH', `${at}/secrets/${a.ids['secret']}`, { revealBy: [{ type: 'group', group: b.ids['group'] }] }],
    ];
    for (const [method, path, body] of calls) {
      const { status } = await world.api.call(method, path, body, a.tokens.organization_owner);
      expect(status, `${method} ${path} ${JSON.stringify(body)}`).toBe(404);
    }
  });
});

/** A ticket says where to go and is bound to nodes: its addresses, and what its token names, are the one thing a client is told. */
function withoutTicket(body: unknown): string {
  if (typeof body !== 'object' || body === null || !('entries' in body) || !('token' in body))
    return JSON.stringify(body) ?? '';
  const { entries: _, token, ...rest } = body;
  const { service: __, entries: ___, iss: ____, cluster: _____, ...claims } = decodeJwt(String(token));
  return JSON.stringify({ rest, claims });
}

test('no answer to anybody of an organization tells of a node, an address of one, or a route', async () => {
  const { a } = world;
  await runUpkeep(world.api);
  for (const route of routes.filter(
    ({ method, access }) => method === 'GET' && access?.scope === 'organization',
  ))
    for (const role of OrgRole.options)
      await callAs(
        route,
        sampleOf(route),
        { ...owner(a), name: role, token: async () => a.tokens[role] },
        a.ids,
      );
  const tickets = seen.filter(({ answer }) => answer.status === 201 && answer.body?.entries);
  expect(tickets.length).toBeGreaterThan(2);
  expect(seen.filter(({ answer }) => answer.status === 200).length).toBeGreaterThan(100);
  const streams = seen.filter(({ where, answer }) => where.includes('/events') && answer.status === 200);
  const withSession = streams.filter(({ answer }) => String(answer.body).includes('event: session.active'));
  expect(withSession.length).toBeGreaterThan(3);
  const sent = await world.api.services.db.org(OrgId.parse(a.org), (tx) =>
    tx
      .select({ type: tables.webhookDeliveries.type, body: tables.webhookDeliveries.body })
      .from(tables.webhookDeliveries),
  );
  expect(sent.map(({ type }) => type)).toEqual(expect.arrayContaining(['session.start', 'session.active']));
  const all = [
    ...seen.map(({ where, answer: { body, headers } }) => ({
      where,
      text: withoutTicket(body) + JSON.stringify([...headers]),
    })),
    ...sent.map(({ type, body }) => ({ where: `${type} to a webhook`, text: body })),
  ];
  const told = all.flatMap(({ where, text }) => {
    return world.mesh.filter((word) => text.includes(word)).map((word) => `${where}: ${word}`);
  });
  expect(told).toEqual([]);
});

describe('with every check of ours taken away', () => {
  const every = Object.values(tables)
    .filter((value) => value instanceof PgTable)
    .map(getTableConfig);
  const isTenants = ({ policies }: (typeof every)[number]) =>
    policies.some(({ to }) => JSON.stringify(to).includes('fabric_tenant'));
  const rowsAs = (org: string, name: string) =>
    world.api.services.db.org(OrgId.parse(org), (tx) =>
      tx.execute(sql`select to_jsonb(t) as row from ${sql.identifier(name)} t`),
    );

  test('the database shows A no row of B in any table, and B has some in each', async () => {
    const words = [...Object.values(world.b.ids), '@org-b.test'];
    for (const table of every.filter(isTenants)) {
      const text = JSON.stringify(await rowsAs(world.a.org, table.name));
      for (const word of words) expect(text.includes(word), `${table.name}: ${word}`).toBe(false);
      expect((await rowsAs(world.b.org, table.name)).length, `${table.name} of B is empty`).toBeGreaterThan(
        0,
      );
    }
  });

  test("the platform's own tables are out of every organization's sight", async () => {
    const own = every.filter((table) => !isTenants(table)).map(({ name }) => name);
    expect(own).toEqual(expect.arrayContaining(['nodes', 'keys', 'clusters', 'bootstrap_tokens']));
    for (const name of own) await expect(rowsAs(world.a.org, name), name).rejects.toThrow();
  });
});
