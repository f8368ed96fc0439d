/**
 * One call of every route of the control API, as someone who may make it would. The tenancy matrix makes each of them as everybody; a
 * route without a line here fails it. Ids are new ones where the call would destroy something: who may is then told that it is not there.
 */
import { clientKey, csrOf, P256 } from './control-api.ts';
import { OPEN, provider } from './tenancy-estate.ts';
import type { Tenant, World } from './tenancy-world.ts';

type Params = (of: Tenant, world: World) => Record<string, string>;

export interface Sample {
  /** What whoever may call it is answered. */
  readonly answers: number;
  readonly params?: Params;
  readonly query?: string;
  /** Asks for a proof of the last ten minutes, beyond what its permission asks for. */
  readonly provenAnew?: true;
  /** Ends what the caller is signed in by: someone who is there for nothing else makes it. */
  readonly signsOut?: true;
  /** As a browser posts it; nobody's token goes with that. */
  readonly isForm?: true;
  /** Another one each time, where names must differ. */
  readonly body?: (of: Tenant, world: World) => object | Promise<object>;
}

let made = 0;
const fresh = () => `sample-${++made}`;
const none = () => crypto.randomUUID();
const named = (...names: string[]): Params => {
  return ({ ids }) => Object.fromEntries(names.map((name) => [name, ids[name] ?? '']));
};
const unknown = (...names: string[]): Params => {
  return () => Object.fromEntries(names.map((name) => [name, none()]));
};
const target = { protocol: 'tcp', host: '10.0.0.9', port: 80 };
const clusterOf: Params = (_, { cluster }) => ({ cluster });
const csr = async () => csrOf(await crypto.subtle.generateKey(P256, true, ['sign', 'verify']));
/** Of the forms that proofs have; none of them is right. */
const number = 'A'.repeat(511).concat('B');
const proof = 'A'.repeat(43);
const newVerifier = { salt: 'A'.repeat(22), verifier: number };
const assertion = {
  id: 'AAAA',
  rawId: 'AAAA',
  type: 'public-key',
  response: { clientDataJSON: 'AAAA', authenticatorData: 'AAAA', signature: 'AAAA' },
};
const registration = { ...assertion, response: { clientDataJSON: 'AAAA', attestationObject: 'AAAA' } };
const nothing = () => ({});

export const SAMPLES: Readonly<Record<string, Sample>> = {
  'GET /health': { answers: 200 },
  'GET /v1/platform/jobs': { answers: 200 },
  'POST /v1/auth/srp/start': { answers: 200, body: () => ({ email: 'nobody@test.test', A: number }) },
  'POST /v1/auth/srp/finish': { answers: 401, body: () => ({ attempt: none(), proof }) },
  'POST /v1/auth/passkey/start': { answers: 200, body: nothing },
  'POST /v1/auth/passkey/finish': { answers: 401, body: () => ({ attempt: none(), response: assertion }) },
  'POST /v1/auth/second-factor/passkey': { answers: 401, body: () => ({ attempt: none() }) },
  'POST /v1/auth/second-factor': {
    answers: 401,
    body: () => ({ attempt: none(), proof: { type: 'totp', code: '000000' } }),
  },
  'GET /v1/auth/step-up': { answers: 200 },
  'POST /v1/auth/step-up': {
    answers: 401,
    body: () => ({ proof: { type: 'password', attempt: none(), proof } }),
  },
  'POST /v1/auth/step-up/passkey': { answers: 200, body: nothing },
  'POST /v1/auth/invitation': { answers: 401, body: () => ({ token: 'fbi_wrong' }) },
  'POST /v1/auth/invitation/decline': { answers: 401, body: () => ({ token: 'fbi_wrong' }) },
  'POST /v1/auth/join': { answers: 401, body: () => ({ token: 'fbi_wrong', ...newVerifier }) },
  'POST /v1/auth/refresh': { answers: 401, body: () => ({ refreshToken: 'fbr_wrong' }) },
  'POST /v1/auth/logout': { answers: 204, body: () => ({ refreshToken: 'fbr_wrong' }) },
  'POST /v1/me/invitations': { answers: 401, body: () => ({ token: 'fbi_wrong' }) },
  'GET /v1/me': { answers: 200 },
  'GET /v1/me/organizations/{org}': { answers: 404, params: unknown('org') },
  'GET /v1/audit/keys': { answers: 200 },
  'GET /v1/me/security': { answers: 200 },
  'PUT /v1/me/security/password': {
    answers: 401,
    provenAnew: true,
    body: () => ({ attempt: none(), proof, ...newVerifier }),
  },
  'DELETE /v1/me/sign-ins/{id}': { answers: 404, params: unknown('id') },
  'DELETE /v1/me/sign-ins': { answers: 204, signsOut: true },
  'DELETE /v1/me/devices/{id}': { answers: 404, params: unknown('id') },
  'POST /v1/me/passkeys/start': { answers: 200, provenAnew: true, body: nothing },
  'POST /v1/me/passkeys': {
    answers: 401,
    provenAnew: true,
    body: () => ({ attempt: none(), name: 'x', response: registration }),
  },
  'PATCH /v1/me/passkeys/{id}': {
    answers: 404,
    provenAnew: true,
    params: unknown('id'),
    body: () => ({ name: 'x' }),
  },
  'DELETE /v1/me/passkeys/{id}': { answers: 404, provenAnew: true, params: unknown('id') },
  'POST /v1/me/authenticator': { answers: 201, provenAnew: true, body: nothing },
  'POST /v1/me/authenticator/confirm': {
    answers: 401,
    provenAnew: true,
    body: () => ({ code: '000000' }),
  },
  'DELETE /v1/me/authenticator': { answers: 204, provenAnew: true },
  'POST /v1/me/recovery-codes': { answers: 409, provenAnew: true, body: nothing },

  'POST /v1/sso/discover': { answers: 200, body: () => ({ organization: 'org-a' }) },
  'POST /v1/sso/start': {
    answers: 404,
    body: () => ({ provider: none(), challenge: proof, returnTo: 'console' }),
  },
  'GET /v1/sso/oidc/{provider}/callback': { answers: 401, params: named('provider'), query: '?state=wrong' },
  'POST /v1/sso/saml/{provider}/assertion': {
    answers: 401,
    isForm: true,
    params: named('provider'),
    body: () => ({ SAMLResponse: 'AAAA', RelayState: 'wrong' }),
  },
  'GET /v1/sso/saml/{provider}/metadata': { answers: 404, params: unknown('provider') },
  'POST /v1/sso/ldap': {
    answers: 404,
    body: () => ({ provider: none(), username: 'x', password: 'x' }),
  },
  'POST /v1/sso/token': { answers: 401, body: () => ({ code: 'wrong', verifier: proof }) },

  'GET /v1/orgs/{org}': { answers: 200 },
  'PATCH /v1/orgs/{org}': { answers: 200, body: () => ({ branding: { colour: '#336699' } }) },
  'GET /v1/orgs/{org}/quotas': { answers: 200 },
  'GET /v1/orgs/{org}/audit': { answers: 200, query: '?limit=500' },
  'GET /v1/orgs/{org}/audit/export': { answers: 200 },
  'GET /v1/orgs/{org}/audit/retention': { answers: 200 },
  'PUT /v1/orgs/{org}/audit/retention': { answers: 200, body: () => ({ days: null }) },
  'GET /v1/orgs/{org}/events': { answers: 200 },
  'GET /v1/orgs/{org}/webhooks': { answers: 200 },
  'POST /v1/orgs/{org}/webhooks': {
    answers: 201,
    body: () => ({ name: fresh(), url: 'https://hooks.test/', types: ['webhook.test'] }),
  },
  'PATCH /v1/orgs/{org}/webhooks/{webhook}': {
    answers: 200,
    params: named('webhook'),
    body: () => ({ enabled: true }),
  },
  'DELETE /v1/orgs/{org}/webhooks/{webhook}': { answers: 404, params: unknown('webhook') },
  'GET /v1/orgs/{org}/webhooks/{webhook}/deliveries': {
    answers: 200,
    params: named('webhook'),
    query: '?limit=200',
  },
  'POST /v1/orgs/{org}/webhooks/{webhook}/deliveries/{delivery}/redeliver': {
    answers: 204,
    params: named('webhook', 'delivery'),
  },
  'POST /v1/orgs/{org}/webhooks/{webhook}/test': { answers: 204, params: named('webhook') },
  'GET /v1/orgs/{org}/sign-in-policy': { answers: 200 },
  'PUT /v1/orgs/{org}/sign-in-policy': { answers: 200, body: () => OPEN },
  'GET /v1/orgs/{org}/devices': { answers: 200 },
  'PUT /v1/orgs/{org}/devices/{device}/approval': { answers: 204, params: named('device') },
  'DELETE /v1/orgs/{org}/devices/{device}/approval': { answers: 404, params: unknown('device') },
  'GET /v1/orgs/{org}/identity-providers': { answers: 200 },
  'POST /v1/orgs/{org}/identity-providers': { answers: 201, body: () => provider(fresh()) },
  'PUT /v1/orgs/{org}/identity-providers/{provider}': {
    answers: 200,
    params: named('provider'),
    body: () => provider('idp'),
  },
  'DELETE /v1/orgs/{org}/identity-providers/{provider}': { answers: 404, params: unknown('provider') },
  'POST /v1/orgs/{org}/identity-providers/{provider}/test': { answers: 404, params: unknown('provider') },
  'GET /v1/orgs/{org}/invitations': { answers: 200 },
  'POST /v1/orgs/{org}/members/{user}/invitation': {
    answers: 201,
    provenAnew: true,
    params: ({ ids }) => ({ user: ids['invitee'] ?? '' }),
    body: nothing,
  },
  'DELETE /v1/orgs/{org}/invitations/{invitation}': { answers: 404, params: unknown('invitation') },
  'GET /v1/orgs/{org}/members': { answers: 200 },
  'POST /v1/orgs/{org}/members': {
    answers: 201,
    body: () => ({ email: `${fresh()}@x.test`, name: 'x', role: 'organization_user' }),
  },
  'GET /v1/orgs/{org}/members/{user}': { answers: 200, params: named('user') },
  'PUT /v1/orgs/{org}/members/{user}/role': {
    answers: 200,
    params: named('user'),
    body: () => ({ role: 'organization_user' }),
  },
  'DELETE /v1/orgs/{org}/members/{user}': { answers: 404, params: unknown('user') },
  'GET /v1/orgs/{org}/roles': { answers: 200 },
  'POST /v1/orgs/{org}/roles': {
    answers: 201,
    body: () => ({ name: fresh(), permissions: ['organization.read'] }),
  },
  'PUT /v1/orgs/{org}/roles/{role}': {
    answers: 200,
    params: named('role'),
    body: () => ({ permissions: ['organization.read'] }),
  },
  'DELETE /v1/orgs/{org}/roles/{role}': { answers: 404, params: () => ({ role: fresh() }) },
  'GET /v1/orgs/{org}/groups': { answers: 200 },
  'POST /v1/orgs/{org}/groups': { answers: 201, body: () => ({ name: fresh() }) },
  'PUT /v1/orgs/{org}/groups/{group}/role': {
    answers: 204,
    params: named('group'),
    body: () => ({ role: null }),
  },
  'DELETE /v1/orgs/{org}/groups/{group}': { answers: 404, params: unknown('group') },
  'PUT /v1/orgs/{org}/groups/{group}/members/{user}': { answers: 204, params: named('group', 'user') },
  'DELETE /v1/orgs/{org}/groups/{group}/members/{user}': {
    answers: 404,
    params: ({ ids }) => ({ group: ids['group'] ?? '', user: none() }),
  },
  'GET /v1/orgs/{org}/grants': { answers: 200 },
  'POST /v1/orgs/{org}/grants': {
    answers: 201,
    body: ({ ids }) => ({ to: { type: 'user', user: ids['user'] }, on: { matchLabels: { env: 'y' } } }),
  },
  'DELETE /v1/orgs/{org}/grants/{grant}': { answers: 404, params: unknown('grant') },
  'GET /v1/orgs/{org}/service-accounts': { answers: 200 },
  'POST /v1/orgs/{org}/service-accounts': {
    answers: 201,
    body: () => ({ name: fresh(), role: 'organization_user' }),
  },
  'DELETE /v1/orgs/{org}/service-accounts/{account}': { answers: 404, params: unknown('account') },
  'POST /v1/orgs/{org}/service-accounts/{account}/keys': {
    answers: 201,
    params: named('account'),
    body: () => ({ name: fresh(), permissions: ['organization.read'] }),
  },
  'GET /v1/orgs/{org}/api-keys': { answers: 200 },
  'DELETE /v1/orgs/{org}/api-keys/{key}': { answers: 404, params: unknown('key') },
  'GET /v1/orgs/{org}/support-access': { answers: 200 },
  'POST /v1/orgs/{org}/support-access': {
    answers: 404,
    body: () => ({ email: 'nobody@test.test', role: 'organization_auditor', reason: 'x' }),
  },
  'DELETE /v1/orgs/{org}/support-access/{access}': { answers: 404, params: unknown('access') },

  'GET /v1/orgs/{org}/resources': { answers: 200 },
  'GET /v1/orgs/{org}/inventory': { answers: 200 },
  'POST /v1/orgs/{org}/resources': {
    answers: 201,
    body: () => ({ name: fresh(), egressPool: 'pool', target }),
  },
  'PATCH /v1/orgs/{org}/resources/{resource}': {
    answers: 200,
    params: named('resource'),
    body: () => ({ labels: { seen: 'yes' } }),
  },
  'DELETE /v1/orgs/{org}/resources/{resource}': { answers: 404, params: unknown('resource') },
  'POST /v1/orgs/{org}/resources/{resource}/grants': {
    answers: 204,
    params: named('resource'),
    body: () => ({ to: { type: 'role', role: 'organization_user' } }),
  },
  'GET /v1/orgs/{org}/secrets': { answers: 200 },
  'POST /v1/orgs/{org}/secrets': {
    answers: 201,
    body: () => ({ name: fresh(), kind: 'text', value: 'a sample of a secret' }),
  },
  'GET /v1/orgs/{org}/secrets/{secret}': { answers: 200, params: named('secret') },
  'PATCH /v1/orgs/{org}/secrets/{secret}': {
    answers: 200,
    params: named('secret'),
    body: () => ({ labels: { seen: 'yes' } }),
  },
  'DELETE /v1/orgs/{org}/secrets/{secret}': { answers: 404, params: unknown('secret') },
  'GET /v1/orgs/{org}/secrets/{secret}/versions': { answers: 200, params: named('secret') },
  'POST /v1/orgs/{org}/secrets/{secret}/versions': {
    answers: 404,
    params: unknown('secret'),
    body: () => ({ value: 'a sample of a secret' }),
  },
  'POST /v1/orgs/{org}/secrets/{secret}/rotate': { answers: 201, params: named('secret') },
  'PUT /v1/orgs/{org}/secrets/{secret}/current': {
    answers: 404,
    params: named('secret'),
    body: () => ({ version: 1_000_000 }),
  },
  'DELETE /v1/orgs/{org}/secrets/{secret}/versions/{version}': {
    answers: 404,
    params: named('secret', 'version'),
  },
  'POST /v1/orgs/{org}/secrets/{secret}/reveal': {
    answers: 200,
    params: named('secret'),
    body: () => ({ reason: 'to see that it is there' }),
  },
  'GET /v1/orgs/{org}/secrets/{secret}/uses': { answers: 200, params: named('secret') },
  'GET /v1/orgs/{org}/sessions': { answers: 200 },
  'POST /v1/orgs/{org}/sessions': {
    answers: 201,
    body: async ({ ids }) => ({ resource: ids['resource'], key: await clientKey() }),
  },
  'POST /v1/orgs/{org}/sessions/{session}/attachments': {
    answers: 201,
    params: named('session'),
    body: async () => ({ key: await clientKey() }),
  },
  'DELETE /v1/orgs/{org}/sessions/{session}': { answers: 404, params: unknown('session') },
  'GET /v1/orgs/{org}/all-sessions': { answers: 200 },
  'POST /v1/orgs/{org}/all-sessions/{session}/observers': {
    answers: 404,
    params: unknown('session'),
    body: async () => ({ key: await clientKey(), reason: 'a sample' }),
  },
  'POST /v1/orgs/{org}/all-sessions/{session}/attachments': {
    answers: 404,
    params: unknown('session'),
    body: async () => ({ key: await clientKey(), reason: 'a sample' }),
  },
  'POST /v1/orgs/{org}/all-sessions/{session}/end': {
    answers: 404,
    params: unknown('session'),
    body: () => ({ reason: 'x' }),
  },

  'GET /v1/orgs/{org}/requestable': { answers: 200 },
  'GET /v1/orgs/{org}/access-requests': { answers: 200 },
  'POST /v1/orgs/{org}/access-requests': {
    answers: 404,
    body: () => ({ resource: none(), reason: 'a sample', seconds: 60 }),
  },
  'POST /v1/orgs/{org}/access-requests/{request}/approve': {
    answers: 404,
    params: unknown('request'),
    body: nothing,
  },
  'POST /v1/orgs/{org}/access-requests/{request}/deny': {
    answers: 404,
    params: unknown('request'),
    body: () => ({ note: 'a sample' }),
  },
  'DELETE /v1/orgs/{org}/access-requests/{request}': { answers: 404, params: unknown('request') },
  'POST /v1/node/recordings/{recording}/parts': {
    answers: 404,
    params: unknown('recording'),
    body: () => ({ index: 0, isLast: false, sealed: 'AAAA' }),
  },
  'GET /v1/orgs/{org}/recordings': { answers: 200 },
  'POST /v1/orgs/{org}/recordings/{recording}/open': {
    answers: 409,
    params: named('recording'),
    body: () => ({}),
  },
  'GET /v1/orgs/{org}/recordings/{recording}/parts/{index}': {
    answers: 404,
    params: (of) => ({ recording: String(of.ids['recording']), index: '0' }),
  },
  'DELETE /v1/orgs/{org}/recordings/{recording}': { answers: 404, params: unknown('recording') },

  'GET /v1/platform/administrators': { answers: 200 },
  'POST /v1/platform/administrators': {
    answers: 201,
    body: () => ({ email: `${fresh()}@test.test`, role: 'platform_admin', name: 'x' }),
  },
  'DELETE /v1/platform/administrators/{user}': { answers: 404, params: unknown('user') },
  'GET /v1/platform/organizations': { answers: 200 },
  'POST /v1/platform/organizations': { answers: 201, body: (_, { cluster }) => ({ name: fresh(), cluster }) },
  'GET /v1/orgs/{org}/key-uses': { answers: 200 },
  'GET /v1/platform/clusters/{cluster}/keys': { answers: 200, params: clusterOf },
  'POST /v1/platform/clusters/{cluster}/keys/{purpose}/rotation': {
    answers: 409,
    params: (_, { cluster }) => ({ cluster, purpose: 'signing' }),
    body: () => ({ step: 'retire', reason: 'sample' }),
  },
  'GET /v1/platform/keys': { answers: 200 },
  'POST /v1/platform/keys/operations': {
    answers: 404,
    body: () => ({ kind: 'rotate', org: none(), reason: 'sample' }),
  },
  'DELETE /v1/platform/keys/operations/{operation}': { answers: 404, params: unknown('operation') },
  'GET /v1/platform/audit': { answers: 200 },
  'GET /v1/platform/audit/export': { answers: 200 },
  'GET /v1/platform/audit/retention': { answers: 200 },
  'PUT /v1/platform/audit/retention': { answers: 200, body: () => ({ days: null }) },
  'GET /v1/platform/events': { answers: 200 },
  'GET /v1/platform/organizations/{org}/domains': { answers: 200 },
  'PUT /v1/platform/organizations/{org}/domains/{domain}': {
    answers: 204,
    params: () => ({ domain: `${fresh()}.test` }),
  },
  'DELETE /v1/platform/organizations/{org}/domains/{domain}': {
    answers: 404,
    params: () => ({ domain: `${fresh()}.test` }),
  },
  'GET /v1/platform/organizations/{org}/quotas': { answers: 200 },
  'PATCH /v1/platform/organizations/{org}/quotas': { answers: 200, body: () => ({ members: 400 }) },
  'POST /v1/platform/organizations/{org}/suspend': {
    answers: 404,
    params: unknown('org'),
    body: () => ({ reason: 'x' }),
  },
  'POST /v1/platform/organizations/{org}/resume': {
    answers: 404,
    params: unknown('org'),
    body: () => ({ reason: 'x' }),
  },
  'GET /v1/platform/clusters': { answers: 200 },
  'POST /v1/platform/clusters': { answers: 201, body: () => ({ name: fresh() }) },
  'GET /v1/platform/clusters/{cluster}/nodes': { answers: 200, params: clusterOf },
  'POST /v1/platform/clusters/{cluster}/bootstrap-tokens': {
    answers: 201,
    params: clusterOf,
    body: () => ({ roles: ['relay'] }),
  },
  'DELETE /v1/platform/clusters/{cluster}/bootstrap-tokens/{token}': {
    answers: 404,
    params: (_, { cluster }) => ({ cluster, token: none() }),
  },
  'GET /v1/platform/clusters/{cluster}/bootstrap-tokens': { answers: 200, params: clusterOf },
  'GET /v1/platform/clusters/{cluster}/policy': { answers: 200, params: clusterOf },
  'PATCH /v1/platform/clusters/{cluster}/policy': {
    answers: 200,
    params: clusterOf,
    body: () => ({ approvalHours: 24 }),
  },
  'GET /v1/platform/clusters/{cluster}/node-requests': { answers: 200, params: clusterOf },
  'POST /v1/platform/clusters/{cluster}/node-requests/{request}/approve': {
    answers: 404,
    params: (_, { cluster }) => ({ cluster, request: none() }),
    body: () => ({ fingerprint: 'A'.repeat(43) }),
  },
  'POST /v1/platform/clusters/{cluster}/node-requests/{request}/refuse': {
    answers: 404,
    params: (_, { cluster }) => ({ cluster, request: none() }),
    body: nothing,
  },
  'DELETE /v1/platform/clusters/{cluster}/nodes/{node}': {
    answers: 404,
    params: (_, { cluster }) => ({ cluster, node: none() }),
  },
  'GET /v1/platform/clusters/{cluster}/partition': { answers: 200, params: clusterOf },
  'POST /v1/platform/clusters/{cluster}/partition/{verb}': {
    answers: 409,
    params: (_, { cluster }) => ({ cluster, verb: 'merge' }),
    body: () => ({ epoch: 1, reason: 'a sample' }),
  },

  'POST /v1/nodes/enrol': {
    answers: 401,
    body: async () => ({ token: 'fbb_wrong', name: fresh(), csr: await csr() }),
  },
  'POST /v1/node/renew': { answers: 400, body: () => ({ csr: 'none' }) },
  'GET /v1/node/snapshot': { answers: 200 },
  'GET /v1/node/live': { answers: 400 },
  'POST /v1/node/heartbeat': { answers: 200, body: () => ({ endpoints: [], sessions: [] }) },
  'POST /v1/node/sessions/{session}/start': {
    answers: 404,
    params: unknown('session'),
    body: () => ({ nonce: 'A'.repeat(22) }),
  },
  'POST /v1/node/sessions/{session}/state': {
    answers: 404,
    params: unknown('session'),
    body: () => ({ state: 'active', generation: 1 }),
  },
};
