/** The demo organization, made through the control API as the platform's owner would. Each step is skipped when it was done before. */
import { z } from 'zod';
import { SignedIn } from '../../schema/api/auth.ts';
import { BootstrapToken, ClusterView, CreatedMember, OrganizationView } from '../../schema/api/platform.ts';
import { ResourceView } from '../../schema/api/resources.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { signInWithPassword } from '../../schema/sign-in/handshake.ts';
import { enrolVerifier } from '../../schema/sign-in/two-secret.ts';
import type { Account, Settings } from './settings.ts';
import type { DemoSshd } from './sshd.ts';

const POOL = 'demo';
const CLUSTER = 'demo';
const ORG = 'demo';

export class Owner {
  readonly api: string;
  readonly #token: string;

  static async signIn(api: string, account: Account): Promise<Owner> {
    const answer = await signInWithPassword((path, body) => post(api, path, body), account);
    return new Owner(api, SignedIn.parse(answer).accessToken);
  }

  constructor(api: string, token: string) {
    this.api = api;
    this.#token = token;
  }

  /** Another person at the same API. */
  as(account: Account): Promise<Owner> {
    return Owner.signIn(this.api, account);
  }

  post(path: string, body: object): Promise<unknown> {
    return post(this.api, path, body, this.#token);
  }

  async get(path: string): Promise<unknown> {
    const response = await fetch(new URL(path, this.api), {
      headers: { authorization: `Bearer ${this.#token}` },
    });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return response.json();
  }
}

/** @returns undefined when it is there already */
async function post(api: string, path: string, body: object, token?: string): Promise<unknown> {
  const response = await fetch(new URL(path, api), {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    body: JSON.stringify(body),
  });
  if (response.status === 409 || response.status === 204) return undefined;
  if (!response.ok) throw new Error(`POST ${path}: ${response.status} ${await response.text()}`);
  return response.json();
}

export interface DemoTargets {
  readonly sshd: DemoSshd;
  readonly pagePort: number;
  /** Where the console may be open. */
  readonly origins: readonly string[];
}

/** @returns the cluster and organization */
export async function createDemo(
  owner: Owner,
  settings: Settings,
  targets: DemoTargets,
): Promise<NonNullable<Settings['demo']>> {
  await owner.post('/v1/platform/clusters', {
    name: CLUSTER,
    origins: targets.origins,
    // All on one machine: nothing can come between them, and after a night off nobody has been heard yet.
    quorum: 'none',
  });
  const { clusters } = z
    .object({ clusters: z.array(ClusterView) })
    .parse(await owner.get('/v1/platform/clusters'));
  const cluster = clusters.find(({ name }) => name === CLUSTER)?.id;
  if (!cluster) throw new Error('the demo cluster was not made');
  const made = OrganizationView.optional().parse(
    await owner.post('/v1/platform/organizations', { name: ORG, cluster }),
  );
  const org = made?.id ?? settings.demo?.org;
  if (!org)
    throw new Error('an organization named demo exists already and is not ours: use another --data folder');
  // The platform sets up the first owner; from then on the organization is its own.
  const orgOwner = await owner.as(settings.owner).catch(async () => {
    await createMember(owner, org, settings.owner, 'Demo Owner', 'organization_owner');
    return owner.as(settings.owner);
  });
  await createMember(orgOwner, org, settings.user, 'Demo User', 'organization_user');
  const { sshd, pagePort } = targets;
  const shell = {
    protocol: 'ssh',
    host: '127.0.0.1',
    port: sshd.port,
    username: sshd.username,
    hostKeys: [sshd.hostKey],
  };
  const credential = { type: 'private_key', privateKey: sshd.privateKey };
  await createResource(orgOwner, org, { name: 'demo-shell', egressPool: POOL, target: shell, credential });
  await createResource(orgOwner, org, {
    name: 'this-host',
    egressPool: POOL,
    target: { protocol: 'tcp', host: '127.0.0.1', port: pagePort },
  });
  return { cluster, org };
}

async function createMember(
  owner: Owner,
  org: string,
  account: Account,
  name: string,
  role: string,
): Promise<void> {
  const wanted = { email: account.email, name, role };
  const made = CreatedMember.optional().parse(await owner.post(`/v1/orgs/${org}/members`, wanted));
  if (!made) return;
  const { token } = made.invitation;
  await owner.post('/v1/auth/join', { token, ...(await enrolVerifier(account)) });
}

async function createResource(owner: Owner, org: string, resource: object): Promise<void> {
  const made = ResourceView.optional().parse(await owner.post(`/v1/orgs/${org}/resources`, resource));
  if (!made) return;
  for (const role of ['organization_owner', 'organization_user']) {
    await owner.post(`/v1/orgs/${org}/resources/${made.id}/grants`, { to: { type: 'role', role } });
  }
}

export async function bootstrapToken(owner: Owner, cluster: string, role: NodeRole): Promise<string> {
  const egressPools = role === 'service' ? [POOL] : [];
  const answer = await owner.post(`/v1/platform/clusters/${cluster}/bootstrap-tokens`, {
    roles: [role],
    egressPools,
    expiresIn: 600,
    approval: 'automatic',
  });
  return BootstrapToken.parse(answer).token;
}
