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
  PLATFORM_ROLE_PERMISSIONS,
} from '../../schema/permissions.ts';
import { OrgRole, PlatformRole } from '../../schema/roles.ts';
import * as tables from '../../schema/tables/index.ts';
import { type Answer, clientKey } from './control-api.ts';
import { SAMPLES, type Sample } from './route-samples.ts';
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
}

const Described = z.object({
  paths: z.record(z.string(), z.record(z.string(), z.looseObject({ 'x-access': z.unknown() }))),
});

let world: World;
let routes: Route[];
let callers: Caller[];
/** What people and keys of an organization were answered, for the crawl. */
const seen: { readonly where: string; readonly answer: Answer }[] = [];

beforeAll(async () => {
  world = await makeWorld();
  const { paths } = Described.parse((await world.api.call('GET', '/openapi.json')).body);
  routes = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([verb, operation]) => {
      const method = verb.toUpperCase();
      return { name: `${method} ${path}`, method, path, access: operation['x-access'] as Access };
    }),
  );
  callers = callersOf(world);
});
afterAll(() => world[Symbol.asyncDispose]());

function callersOf({ a, b, platform, service }: World): Caller[] {
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

/** What the route's own words say of this caller: the code of the refusal, or that it may. */
function expected(access: Access, { kind, permissions, platformRole }: Caller): number | 'allowed' {
  const isPerson = kind === 'member' || kind === 'stranger' || kind === 'platform';
  if (access.scope === 'platform') {
    if (!isPerson) return 401;
    const may = platformRole && PLATFORM_ROLE_PERMISSIONS[platformRole].includes(access.permission);
    return may ? 'allowed' : 403;
  }
  if (access.scope === 'organization') {
    // The platform's people are strangers in an organization that has an owner.
    if (kind === 'stranger' || kind === 'platform' || kind === 'foreign key') return 404;
    if (kind === 'anonymous' || kind === 'dead key' || kind === 'node') return 401;
    return permissions?.includes(access.permission) ? 'allowed' : 403;
  }
  if (access.scope === 'node') return kind === 'node' ? 'allowed' : 401;
  return access.scope === 'anonymous' || isPerson ? 'allowed' : 401;
}

async function callAs(route: Route, sample: Sample, caller: Caller, params: object = {}): Promise<Answer> {
  const { a } = world;
  const given: Record<string, string> = { org: a.org, ...sample.params?.(a, world), ...params };
  const path = route.path.replace(/\{(\w+)\}/g, (_, name: string) => given[name] ?? 'missing');
  const body = await sample.body?.(a, world);
  const answer = await world.api.call(route.method, path + (sample.query ?? ''), body, await caller.token());
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
  expect(routes.length).toBeGreaterThan(50);
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
      const { status, body } = await callAs(route, sample, caller);
      calls += 1;
      const wanted = expected(route.access, caller);
      const isRefused = [401, 403].includes(status) && status !== sample.answers;
      if (wanted === 'allowed') answered.add(status);
      if (wanted === 'allowed' ? isRefused || status >= 500 : status !== wanted)
        wrong.push(`${route.name} as ${caller.name}: ${status} ${body?.code ?? ''}, not ${wanted}`);
    }
    if (!answered.has(sample.answers))
      wrong.push(`${route.name}: nobody was answered ${sample.answers}, only ${[...answered]}`);
  }
  expect(wrong).toEqual([]);
  expect(calls).toBeGreaterThan(900);
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
        const { status } = await callAs(route, sampleOf(route), owner(world.a), { ...own, [foreign]: id });
        calls += 1;
        if (status !== 404) wrong.push(`${route.name} with another's ${foreign}: ${status}`);
      }
    }
    expect(wrong).toEqual([]);
    expect(calls).toBeGreaterThan(15);
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
  const told = seen.flatMap(({ where, answer }) => {
    const text = withoutTicket(answer.body) + JSON.stringify([...answer.headers]);
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
