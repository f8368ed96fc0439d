/** Two tenants and as many newcomers as a test wants, to try signing in with. */
import { expect } from 'vitest';
import { totpCode } from '../../edge/sign-in/totp.ts';
import { ControlApi, makeTenant } from './control-api.ts';
import { SECRET_KEY, startDatabase, type TestDatabase } from './database.ts';

export const PASSWORD = 'a long enough password';

export const secretsOf = (email: string, change: object = {}) => ({
  email,
  password: PASSWORD,
  secretKey: SECRET_KEY,
  ...change,
});

export const codeOf = (refused: Promise<unknown>) =>
  refused.then(
    () => 'signed in',
    (error: unknown) => (error as { code: string }).code,
  );

type Tenant = Awaited<ReturnType<typeof makeTenant>>;

export class SignInWorld implements AsyncDisposable {
  readonly database: TestDatabase;
  readonly api: ControlApi;
  readonly cluster: string;
  readonly a: Tenant;
  readonly b: Tenant;
  /** The platform owner's token. */
  platform: string;
  #people = 0;

  static async start(): Promise<SignInWorld> {
    const database = await startDatabase();
    const api = new ControlApi(database);
    const platform = (await api.signIn()).accessToken;
    const made = await api.call('POST', '/v1/platform/clusters', { name: 'one' }, platform);
    const tenant = (name: string) => makeTenant(api, platform, made.body.id, name);
    return new SignInWorld(
      database,
      api,
      platform,
      made.body.id,
      await tenant('org-a'),
      await tenant('org-b'),
    );
  }

  constructor(
    database: TestDatabase,
    api: ControlApi,
    platform: string,
    cluster: string,
    a: Tenant,
    b: Tenant,
  ) {
    this.database = database;
    this.api = api;
    this.platform = platform;
    this.cluster = cluster;
    this.a = a;
    this.b = b;
  }

  /** Tests move the clock: the platform's owner signs in again. */
  async refresh(): Promise<void> {
    this.platform = (await this.api.signIn()).accessToken;
  }

  /** Someone new in org A, who has joined. */
  async newcomer(role = 'organization_user') {
    this.#people += 1;
    const email = `person-${this.#people}@org-a.test`;
    const wanted = { email, name: email, role };
    // The platform's owner has no say in an organization that has an owner of its own.
    const owner = (await this.api.signIn(this.a.owner.email, PASSWORD)).accessToken;
    const made = await this.api.call('POST', `/v1/orgs/${this.a.org}/members`, wanted, owner);
    expect(made.status).toBe(201);
    expect((await this.api.join(made.body.invitation, email, PASSWORD)).status).toBe(204);
    return { id: made.body.id as string, email };
  }

  async addAuthenticator(token: string) {
    const { secret } = (await this.api.call('POST', '/v1/me/authenticator', {}, token)).body;
    const code = totpCode(secret, this.api.now);
    const confirmed = await this.api.call('POST', '/v1/me/authenticator/confirm', { code }, token);
    expect(confirmed.status).toBe(200);
    return { secret: secret as string, codes: confirmed.body.codes as string[] };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.api[Symbol.asyncDispose]();
    await this.database[Symbol.asyncDispose]();
  }
}
