/** The steps of a sign-in by a provider, as the console takes them. */
import { createHash, randomBytes } from 'node:crypto';
import { type Answer, ControlApi, makeTenant } from '../control-api.ts';
import { startDatabase, type TestDatabase } from '../database.ts';

export interface Started {
  readonly url: string;
  readonly verifier: string;
}

export class SsoApi implements AsyncDisposable {
  readonly api: ControlApi;
  readonly platform: string;
  readonly tenant: Awaited<ReturnType<typeof makeTenant>>;
  readonly other: Awaited<ReturnType<typeof makeTenant>>;
  readonly #database: TestDatabase;

  static async start(): Promise<SsoApi> {
    const database = await startDatabase();
    const api = new ControlApi(database);
    const platform = (await api.signIn()).accessToken;
    const made = await api.call('POST', '/v1/platform/clusters', { name: 'one', origins: [] }, platform);
    const [tenant, other] = [
      await makeTenant(api, platform, made.body.id, 'corp'),
      await makeTenant(api, platform, made.body.id, 'rival'),
    ];
    return new SsoApi(database, api, platform, tenant, other);
  }

  constructor(
    database: TestDatabase,
    api: ControlApi,
    platform: string,
    tenant: SsoApi['tenant'],
    other: SsoApi['tenant'],
  ) {
    this.#database = database;
    this.api = api;
    this.platform = platform;
    this.tenant = tenant;
    this.other = other;
  }

  provider(name: string, settings: object, more: object = {}, tenant = this.tenant): Promise<Answer> {
    const roles = {
      groups: [
        { group: 'staff', role: 'organization_user' },
        { group: 'ops', role: 'organization_operator' },
      ],
    };
    const body = { name, settings, roles, enabled: true, provisioning: true, ...more };
    return this.api.call('POST', `/v1/orgs/${tenant.org}/identity-providers`, body, tenant.owner.token);
  }

  verifyDomain(domain: string, tenant = this.tenant): Promise<Answer> {
    return this.api.call(
      'PUT',
      `/v1/platform/organizations/${tenant.org}/domains/${domain}`,
      undefined,
      this.platform,
    );
  }

  /** What only the program that begins knows, and its hash. */
  secret(): { verifier: string; challenge: string } {
    const verifier = randomBytes(32).toString('base64url');
    return { verifier, challenge: createHash('sha256').update(verifier).digest('base64url') };
  }

  async begin(provider: string, returnTo = 'console'): Promise<Started> {
    const { verifier, challenge } = this.secret();
    const { status, body } = await this.api.call('POST', '/v1/sso/start', { provider, challenge, returnTo });
    if (status !== 200) throw new Error(JSON.stringify(body));
    return { url: body.url, verifier };
  }

  /** What the address a person is sent back to says. */
  said(answer: Answer): URLSearchParams {
    const to = answer.headers.get('location') ?? '';
    return new URLSearchParams(to.slice(to.indexOf('?') + 1));
  }

  exchange(code: string | null, verifier: string, cookie = false): Promise<Answer> {
    return this.api.call('POST', '/v1/sso/token', { code: code ?? '', verifier, cookie });
  }

  async audit(
    tenant = this.tenant,
  ): Promise<{ action: string; reason: string | null; subject: string | null }[]> {
    const { body } = await this.api.call(
      'GET',
      `/v1/orgs/${tenant.org}/audit`,
      undefined,
      tenant.owner.token,
    );
    return body.entries;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await this.#database[Symbol.asyncDispose]();
  }
}
