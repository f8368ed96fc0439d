/** Two organizations with one of everything each, the platform's people, and nodes whose every name is easy to recognise. */
import { OrgRole, type PlatformRole } from '../../schema/roles.ts';
import { ControlApi, clientKey, enrolNode, makeTenant, type TestNode } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';
import { type Call, deliveryOf, makeEstate, runUpkeep } from './tenancy-estate.ts';

export const PASSWORD = 'a long enough password';
const HOUR_MS = 3_600_000;
/** What the account of the keys is, and what the scoped key holds. */
export const KEY_ROLE = 'organization_admin';
export const SCOPED = ['organization.read', 'members.read'] as const;

export type Keys = Readonly<Record<'full' | 'scoped' | 'expired' | 'revoked', string>>;

export interface Tenant {
  readonly org: string;
  readonly tokens: Readonly<Record<OrgRole, string>>;
  readonly keys: Keys;
  /** By the name of the parameter that takes it. */
  readonly ids: Readonly<Record<string, string>>;
}

export interface World extends AsyncDisposable {
  readonly database: TestDatabase;
  readonly api: ControlApi;
  readonly platform: Readonly<Record<PlatformRole, string>>;
  readonly cluster: string;
  readonly a: Tenant;
  readonly b: Tenant;
  readonly service: TestNode;
  /** All that tells of the mesh: ids, names, addresses, certificates. */
  readonly mesh: readonly string[];
}

/** @param roles whom each organization has beside an owner and a user; each costs two password hashes */
export async function makeWorld(roles: readonly OrgRole[] = OrgRole.options): Promise<World> {
  const database = await startDatabase();
  const api = new ControlApi(database);
  const owner = (await api.signIn()).accessToken as string;
  const post = async (path: string, body: object, token: string) => {
    const answer = await api.call('POST', path, body, token);
    if (answer.status >= 300) throw new Error(`${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
  const cluster = (await post('/v1/platform/clusters', { name: 'zq-cluster', origins: [] }, owner)).id;
  const administrator = async (role: PlatformRole) => {
    const email = `${role}@test.test`;
    const made = await post('/v1/platform/administrators', { email, role, name: role }, owner);
    await api.join(made.invitation, email, PASSWORD);
    return (await api.signIn(email, PASSWORD)).accessToken as string;
  };
  const platform = {
    platform_owner: owner,
    platform_admin: await administrator('platform_admin'),
    platform_recovery: await administrator('platform_recovery'),
  };
  const service = await enrolNode(api, owner, cluster, 'service', 'zq-service');
  const entry = await enrolNode(api, owner, cluster, 'entry', 'zq-entry');
  const relay = await enrolNode(api, owner, cluster, 'relay', 'zq-relay');
  const endpoints = { service: [], entry: ['198.51.100.77:4477'], relay: ['198.51.100.78:4478'] };
  for (const [node, at] of [
    [service, endpoints.service],
    [entry, endpoints.entry],
    [relay, endpoints.relay],
  ] as const)
    await api.call('POST', '/v1/node/heartbeat', { endpoints: at, sessions: [] }, await node.assertion());
  const tenant = (name: string) => makeFullTenant(api, post, owner, cluster, name, roles);
  const made = [await tenant('org-a'), await tenant('org-b')] as const;
  for (const { ids } of made) await startSession(api, service, String(ids['session']));
  await runUpkeep(api);
  const withDelivery = async (of: Tenant): Promise<Tenant> => {
    const kept = await keepRows(api, of, service);
    const delivery = await deliveryOf(callIn(api, of), String(of.ids['webhook']));
    return { ...of, ids: { ...of.ids, ...kept, delivery } };
  };
  const [a, b] = [await withDelivery(made[0]), await withDelivery(made[1])];
  const ids = [service, entry, relay].flatMap(({ enrolment }) => enrolment.node);
  // Whole: a beginning of three letters would be found in random base64url.
  const names = ['zq-cluster', 'zq-service', 'zq-entry', 'zq-relay'];
  const mesh = [...ids, cluster, ...names, '198.51.100.77', '198.51.100.78', ...(await certificates(api))];
  const dispose = async () => {
    await api[Symbol.asyncDispose]();
    await database[Symbol.asyncDispose]();
  };
  return {
    database,
    api,
    platform,
    cluster,
    a,
    b,
    service,
    mesh,
    [Symbol.asyncDispose]: dispose,
  };
}

/** A recording that a node made, and somebody's request that waits. */
async function keepRows(api: ControlApi, { org, ids }: Tenant, { enrolment }: TestNode) {
  const { accessRequests, recordings } = await import('../../schema/tables/index.ts');
  const [user, resource, session] = [ids['user'], ids['resource'], ids['session']].map(String);
  const later = new Date(api.now + 86_400_000);
  return api.services.db.platform(async (tx) => {
    const [recording] = await tx
      .insert(recordings)
      .values({
        orgId: org,
        sessionId: session ?? '',
        resourceId: resource ?? '',
        resourceName: 'shell',
        holderId: user ?? '',
        nodeId: enrolment.node,
        publicKey: 'A'.repeat(43),
        sealedPrivateKey: 'none',
        keepUntil: later,
      })
      .returning({ id: recordings.id });
    const [request] = await tx
      .insert(accessRequests)
      .values({
        orgId: org,
        resourceId: resource ?? '',
        userId: user ?? '',
        reason: 'a sample',
        seconds: 60,
        expiresAt: later,
      })
      .returning({ id: accessRequests.id });
    // No recording here has so many parts.
    return { recording: String(recording?.id), request: String(request?.id), index: '424242425' };
  });
}

/** So that a node has left its traces where the organization can read. */
async function startSession(api: ControlApi, service: TestNode, session: string): Promise<void> {
  const at = `/v1/node/sessions/${session}`;
  const { status } = await api.call(
    'POST',
    `${at}/start`,
    { nonce: 'A'.repeat(22) },
    await service.assertion(),
  );
  if (status !== 200) throw new Error(`the session did not start: ${status}`);
  const report = { state: 'active', generation: 1, reason: 'started' };
  await api.call('POST', `${at}/state`, report, await service.assertion());
}

/** As its owner, below its path. */
export function callIn(api: ControlApi, { org, tokens }: Pick<Tenant, 'org' | 'tokens'>): Call {
  return async (method, path, body) => {
    const answer = await api.call(method, `/v1/orgs/${org}${path}`, body, tokens.organization_owner);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  };
}

async function certificates(api: ControlApi): Promise<string[]> {
  const { nodes } = await import('../../schema/tables/index.ts');
  const rows = await api.services.db.platform((tx) => tx.select().from(nodes));
  return rows.flatMap(({ spki, publicKey, certificateHashes }) => [spki, publicKey, ...certificateHashes]);
}

type Post = (path: string, body: object, token: string) => Promise<Record<string, never>>;

async function makeFullTenant(
  api: ControlApi,
  post: Post,
  platform: string,
  cluster: string,
  name: string,
  roles: readonly OrgRole[],
): Promise<Tenant> {
  const { org, owner, user, resource } = await makeTenant(api, platform, cluster, name);
  const at = `/v1/orgs/${org}`;
  const tokens: Record<string, string> = {
    organization_owner: owner.token,
    organization_user: user.token,
  };
  for (const role of roles.filter((known) => !(known in tokens))) {
    const email = `${role}@${name}.test`;
    const made = await post(`${at}/members`, { email, name: role, role }, owner.token);
    await api.join(made['invitation'] as unknown as { token: string }, email, PASSWORD);
    tokens[role] = (await api.signIn(email, PASSWORD)).accessToken;
  }
  const role = `role-of-${name}`;
  await post(`${at}/roles`, { name: role, permissions: ['organization.read'] }, owner.token);
  const group = (await post(`${at}/groups`, { name: 'people' }, owner.token))['id'] as unknown as string;
  await api.call('PUT', `${at}/groups/${group}/members/${user.id}`, undefined, owner.token);
  const to = { type: 'group', group };
  const grant = (await post(`${at}/grants`, { to, on: { matchLabels: { env: 'x' } } }, owner.token))['id'];
  const robot = await post(`${at}/service-accounts`, { name: 'robot', role: KEY_ROLE }, owner.token);
  const { keys, key } = await makeKeys(api, post, at, String(robot['id']), owner.token);
  const lent = {
    email: 'platform_recovery@test.test',
    role: 'organization_auditor',
    reason: 'a look',
    expiresIn: 60,
  };
  const access = await post(`${at}/support-access`, lent, owner.token);
  await api.call('DELETE', `${at}/support-access/${access['id']}`, undefined, owner.token);
  await api.call('PATCH', at, { locale: 'de' }, owner.token);
  await api.call('PATCH', `/v1/platform/organizations/${org}/quotas`, { members: 500 }, platform);
  const ticket = await post(`${at}/sessions`, { resource, key: await clientKey() }, user.token);
  const ids = {
    ...(await makeEstate(callIn(api, { org, tokens: tokens as Tenant['tokens'] }), name, user.id)),
    org,
    resource,
    user: user.id,
    role,
    group,
    grant: String(grant),
    account: String(robot['id']),
    key,
    access: String(access['id']),
    session: String(ticket['session']),
  };
  return { org, tokens: tokens as Tenant['tokens'], keys, ids };
}

async function makeKeys(api: ControlApi, post: Post, at: string, account: string, token: string) {
  const make = async (name: string, body: object = {}) =>
    post(`${at}/service-accounts/${account}/keys`, { name, ...body }, token);
  const full = await make('full');
  const scoped = await make('scoped', { permissions: SCOPED });
  const revoked = await make('revoked');
  await api.call('DELETE', `${at}/api-keys/${revoked['id']}`, undefined, token);
  api.now -= HOUR_MS;
  const expired = await make('expired', { expiresIn: 60 });
  api.now += HOUR_MS;
  const keyOf = (made: Record<string, never>) => String(made['key']);
  return {
    keys: { full: keyOf(full), scoped: keyOf(scoped), expired: keyOf(expired), revoked: keyOf(revoked) },
    key: String(full['id']),
  };
}
