/** Calls in organization A of the test world, as one of its people. */
import { type Answer, clientKey } from './control-api.ts';
import type { World } from './tenancy-world.ts';

export const PASSWORD = 'a long enough password';

export class Calls {
  readonly world: World;
  readonly at: string;
  readonly owner: string;
  readonly admin: string;
  #made = 0;

  constructor(world: World) {
    this.world = world;
    this.at = `/v1/orgs/${world.a.org}`;
    this.owner = world.a.tokens.organization_owner;
    this.admin = world.a.tokens.organization_admin;
  }

  readonly call = (method: string, path: string, token: string, body?: object): Promise<Answer> =>
    this.world.api.call(method, path.startsWith('/v1') ? path : `${this.at}${path}`, body, token);

  /** A new member, signed in. */
  readonly newMember = async (role: string) => {
    const email = `member-${++this.#made}@a.test`;
    const answer = await this.call('POST', '/members', this.owner, { email, name: 'x', role });
    await this.world.api.join(answer.body.invitation, email, PASSWORD);
    const { accessToken, refreshToken } = await this.world.api.signIn(email, PASSWORD);
    return {
      id: answer.body.id as string,
      email,
      token: accessToken as string,
      refreshToken: refreshToken as string,
    };
  };

  readonly idOf = async (token: string): Promise<string> => (await this.call('GET', '/v1/me', token)).body.id;

  readonly open = async (token: string, resource = this.world.a.ids['resource']) =>
    this.call('POST', '/sessions', token, { resource, key: await clientKey() });

  readonly liveSessions = async (token: string): Promise<string[]> =>
    (await this.call('GET', '/sessions', token)).body.sessions.map(({ id }: { id: string }) => id);

  readonly grant = async (to: object, on: object, more: object = {}): Promise<string> =>
    (await this.call('POST', '/grants', this.owner, { to, on, ...more })).body.id;

  readonly reachable = async (token: string): Promise<string[]> =>
    (await this.call('GET', '/resources', token)).body.resources.map(({ name }: { name: string }) => name);
}
