/** The control API as the console calls it, for the organization of the signed-in person. */
import type { Me } from '../../schema/api/auth.ts';
import { OrganizationDetail } from '../../schema/api/organizations.ts';
import { answerOf } from '../../schema/api/problem.ts';
import { ResourceList, type ResourceView } from '../../schema/api/resources.ts';
import { SessionList, SessionTicket, type SessionView } from '../../schema/api/sessions.ts';
import type { OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import type { Access, Send } from './access.ts';

export class Api {
  readonly #access: Access;
  readonly #send: Send;
  readonly me: Me;
  readonly org: OrgId;

  constructor(access: Access, send: Send, me: Me, org: OrgId) {
    this.#access = access;
    this.#send = send;
    this.me = me;
    this.org = org;
  }

  async organization(): Promise<OrganizationDetail> {
    return OrganizationDetail.parse(await this.#call('GET', ''));
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

  /** The organization's live events, as far as this person may see them. @throws Refusal */
  async events(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const authorization = `Bearer ${await this.#access.token()}`;
    const response = await this.#send(`/v1/orgs/${this.org}/events`, { headers: { authorization }, signal });
    if (!response.ok) await answerOf(response);
    if (!response.body) throw new Refusal('unavailable');
    return response.body;
  }

  async #call(method: string, path: string, body?: object): Promise<unknown> {
    const token = await this.#access.token();
    const headers = { 'content-type': 'application/json', authorization: `Bearer ${token}` };
    const init = { method, headers, ...(body ? { body: JSON.stringify(body) } : {}) };
    return answerOf(await this.#send(`/v1/orgs/${this.org}${path === '' ? '' : `/${path}`}`, init));
  }
}
