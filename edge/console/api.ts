/** The control API as the console calls it, for one organization and the signed-in person. */
import type { Me } from '../../schema/api/auth.ts';
import { type ApiClient, apiClient } from '../../schema/api/client.ts';
import { OrganizationDetail } from '../../schema/api/organizations.ts';
import { answerOf } from '../../schema/api/problem.ts';
import { ResourceList, type ResourceView } from '../../schema/api/resources.ts';
import { SessionList, SessionTicket, type SessionView } from '../../schema/api/sessions.ts';
import type { OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import type { Access } from './access.ts';

export class Api {
  readonly access: Access;
  /** For pages of administration; where a call needs a proof the person is asked for it, and the call goes on. */
  readonly client: ApiClient;
  readonly me: Me;
  readonly org: OrgId;

  constructor(access: Access, me: Me, org: OrgId) {
    this.access = access;
    this.client = clientOf(access);
    this.me = me;
    this.org = org;
  }

  async organization(): Promise<OrganizationDetail> {
    return OrganizationDetail.parse((await this.client.GET('/v1/orgs/{org}', this.here)).data);
  }

  async resources(): Promise<ResourceView[]> {
    const { data } = await this.client.GET('/v1/orgs/{org}/resources', this.here);
    return ResourceList.parse(data).resources;
  }

  async sessions(): Promise<SessionView[]> {
    const { data } = await this.client.GET('/v1/orgs/{org}/sessions', this.here);
    return SessionList.parse(data).sessions;
  }

  async open(resource: ResourceId, key: ClientKey): Promise<SessionTicket> {
    const body = { resource, key };
    const { data } = await this.client.POST('/v1/orgs/{org}/sessions', { ...this.here, body });
    return SessionTicket.parse(data);
  }

  async attach(session: SessionId, key: ClientKey): Promise<SessionTicket> {
    const path = '/v1/orgs/{org}/sessions/{session}/attachments';
    const { data } = await this.client.POST(path, { ...this.at({ session }), body: { key } });
    return SessionTicket.parse(data);
  }

  /** The organization's live events, as far as this person may see them. @throws Refusal */
  async events(signal: AbortSignal): Promise<ReadableStream<Uint8Array>> {
    const authorization = `Bearer ${await this.access.token()}`;
    const response = await this.access.send(`/v1/orgs/${this.org}/events`, {
      headers: { authorization },
      signal,
    });
    if (!response.ok) await answerOf(response);
    if (!response.body) throw new Refusal('unavailable');
    return response.body;
  }

  get here() {
    return this.at({});
  }

  /** The parameters of a path in this organization. */
  at<P extends Record<string, string>>(more: P) {
    return { params: { path: { org: this.org, ...more } } };
  }
}

export function clientOf(access: Access): ApiClient {
  return apiClient({
    baseUrl: location.origin,
    token: () => access.token(),
    prove: () => access.proveAnew(),
  });
}

/** What a call answered; a refusal was thrown already. */
export async function answered<A extends { data?: unknown }>(
  call: Promise<A>,
): Promise<NonNullable<A['data']>> {
  const { data } = await call;
  if (data === undefined || data === null) throw new Refusal('unavailable');
  return data;
}
