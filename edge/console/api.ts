/** The control API as the console calls it, for the organization of the signed-in person. */
import type { Me } from '../../schema/api/auth.ts';
import { ResourceList, type ResourceView } from '../../schema/api/resources.ts';
import { SessionList, SessionTicket, type SessionView } from '../../schema/api/sessions.ts';
import type { OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import type { Access } from './access.ts';

export class Api {
  readonly #access: Access;
  readonly me: Me;
  readonly org: OrgId;

  constructor(access: Access, me: Me, org: OrgId) {
    this.#access = access;
    this.me = me;
    this.org = org;
  }

  async resources(): Promise<ResourceView[]> {
    return ResourceList.parse(await this.#call('GET', 'resources')).resources;
  }

  async sessions(): Promise<SessionView[]> {
    return SessionList.parse(await this.#call('GET', 'sessions')).sessions;
  }

  async open(resource: ResourceId, key: ClientKey): Promise<SessionTicket> {
    return SessionTicket.parse(await this.#call('POST', 'sessions', { resource, key }));
  }

  async attach(session: SessionId, key: ClientKey): Promise<SessionTicket> {
    return SessionTicket.parse(await this.#call('POST', `sessions/${session}/attachments`, { key }));
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    return this.#access.call(method, `/v1/orgs/${this.org}/${path}`, body);
  }
}
