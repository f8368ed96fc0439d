/** Two organizations, a service node with a sealing key of its own, and what tests of secrets do again and again. */
import { getTableConfig, PgTable } from 'drizzle-orm/pg-core';
import postgres from 'postgres';
import { SessionStart } from '../../schema/api/nodes.ts';
import type { Credential } from '../../schema/resource.ts';
import * as tables from '../../schema/tables/index.ts';
import { openCredentials } from '../../schema/tokens/session-credential.ts';
import { verifySigned } from '../../schema/tokens/signed.ts';
import { type Answer, ControlApi, clientKey, enrolNode, makeTenant, type TestNode } from './control-api.ts';
import { startDatabase, type TestDatabase } from './database.ts';

export type Tenant = Awaited<ReturnType<typeof makeTenant>>;
const PASSWORD = 'a long enough password';
export const TARGET = {
  protocol: 'ssh',
  host: '10.0.0.9',
  port: 22,
  username: 'root',
  hostKeys: [`SHA256:${'A'.repeat(43)}`],
};

let made = 0;
/** Another one each time: the base64url of 16 random bytes. */
export const freshNonce = () => Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('base64url');
export const freshName = () => `thing-${++made}`;

/** As a service node checks and opens what it is answered. */
export async function openedBy(
  { enrolment, seal }: TestNode,
  { body }: Answer,
  now: number,
): Promise<Credential[]> {
  const keys = enrolment.signingKeys;
  const told = await verifySigned('session-start', enrolment, SessionStart, body.answer, keys, now);
  const { session, org, generation, nonce, credential = '' } = told;
  const context = { cluster: enrolment.cluster, node: enrolment.node, org, session, generation, nonce };
  return openCredentials(seal, context, credential);
}

export class SecretsWorld implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly api: ControlApi;
  readonly a: Tenant;
  readonly b: Tenant;
  readonly service: TestNode;
  /** A service node too, on which nothing is placed. */
  readonly other: TestNode;

  static async make(): Promise<SecretsWorld> {
    const database = await startDatabase();
    const api = new ControlApi(database);
    const platform = (await api.signIn()).accessToken;
    const cluster = (await api.call('POST', '/v1/platform/clusters', { name: 'one', origins: [] }, platform))
      .body.id;
    const a = await makeTenant(api, platform, cluster, 'org-a');
    const b = await makeTenant(api, platform, cluster, 'org-b');
    const other = await enrolNode(api, platform, cluster, 'service', 'other');
    const service = await enrolNode(api, platform, cluster, 'service', 'svc');
    const entry = await enrolNode(api, platform, cluster, 'entry', 'ent');
    return new SecretsWorld(database, api, a, b, { service, other, entry });
  }

  readonly #entry: TestNode;

  constructor(
    database: TestDatabase,
    api: ControlApi,
    a: Tenant,
    b: Tenant,
    nodes: { readonly service: TestNode; readonly other: TestNode; readonly entry: TestNode },
  ) {
    this.database = database;
    this.api = api;
    this.a = a;
    this.b = b;
    this.service = nodes.service;
    this.other = nodes.other;
    this.#entry = nodes.entry;
  }

  /** A node that was not heard of for long gets no session. */
  async #beat(node: TestNode, endpoints: string[] = []): Promise<void> {
    await this.api.call('POST', '/v1/node/heartbeat', { endpoints, sessions: [] }, await node.assertion());
  }

  /** As the organization's owner, below its path. */
  call(method: string, path: string, body?: object, of = this.a, token = of.owner.token): Promise<Answer> {
    return this.api.call(method, `/v1/orgs/${of.org}${path}`, body, token);
  }

  /** @returns what was answered, which must be a success */
  async done(method: string, path: string, body?: object, of = this.a): Promise<Answer['body']> {
    const answer = await this.call(method, path, body, of);
    if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`);
    return answer.body;
  }

  /** A person with a role of these permissions. @returns their access token */
  async personWith(permissions: readonly string[]): Promise<{ id: string; token: string }> {
    const role = freshName();
    await this.done('POST', '/roles', { name: role, permissions });
    const email = `${role}@org-a.test`;
    const { id, invitation } = await this.done('POST', '/members', { email, name: role, role });
    await this.api.join(invitation, email, PASSWORD);
    return { id, token: (await this.api.signIn(email, PASSWORD)).accessToken };
  }

  /** An ssh resource that takes it, open to everybody of the organization. */
  async resourceWith(secret: string, of = this.a): Promise<string> {
    const body = { name: freshName(), egressPool: 'pool', target: TARGET, credential: { secret } };
    const { id } = await this.done('POST', '/resources', body, of);
    const to = { type: 'role', role: 'organization_user' };
    await this.done('POST', `/resources/${id}/grants`, { to }, of);
    return id;
  }

  async openSession(resource: string, of = this.a): Promise<string> {
    await this.#beat(this.service);
    await this.#beat(this.#entry, ['127.0.0.1:4433']);
    const key = await clientKey();
    const answer = await this.call('POST', '/sessions', { resource, key }, of, of.user.token);
    if (answer.status !== 201) throw new Error(JSON.stringify(answer.body));
    return answer.body.session;
  }

  async start(session: string, node = this.service, nonce = freshNonce()): Promise<Answer> {
    const path = `/v1/node/sessions/${session}/start`;
    return this.api.call('POST', path, { nonce }, await node.assertion());
  }

  /** What the node that is told of a start can sign in with. */
  opened(answer: Answer, node = this.service): Promise<Credential[]> {
    return openedBy(node, answer, this.api.now);
  }

  /** What a session of this resource would be given. */
  async delivered(resource: string, of = this.a): Promise<Credential[]> {
    return this.opened(await this.start(await this.openSession(resource, of)));
  }

  /** Every row of every table, as the database's owner sees it. */
  async everything(): Promise<string> {
    const owner = postgres(this.database.ownerUrl, { max: 1 });
    try {
      const names = Object.values(tables)
        .filter((value) => value instanceof PgTable)
        .map((table) => getTableConfig(table).name);
      const rows = [];
      for (const name of names) rows.push(await owner`select to_jsonb(t) as row from ${owner(name)} t`);
      return JSON.stringify(rows);
    } finally {
      await owner.end();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }
}
