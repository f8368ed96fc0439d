/** The control API as a person's command line calls it. */
import { z } from 'zod';
import { Me, SignedIn } from '../../schema/api/auth.ts';
import { type ApiClient, apiClient } from '../../schema/api/client.ts';
import { CreatedMember, MemberView } from '../../schema/api/platform.ts';
import { answerOf } from '../../schema/api/problem.ts';
import { ResourceList, type ResourceView } from '../../schema/api/resources.ts';
import { SecurityView } from '../../schema/api/security.ts';
import { SessionList, SessionTicket, type SessionView } from '../../schema/api/sessions.ts';
import {
  Invitation,
  InvitationView,
  Joined,
  type SteppedUp as SteppedUpAnswer,
} from '../../schema/api/sign-in.ts';
import type { OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { AttachmentRole } from '../../schema/session-policy.ts';
import { normalEmail } from '../../schema/sign-in/two-secret.ts';
import { claimedByApiKey } from '../../schema/tokens/api-key.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import type { Settings, SettingsStore } from './settings.ts';

const TIMEOUT_MS = 20_000;
/** An access token with less life than this is renewed first. */
const MARGIN_MS = 15_000;
const NOT_SIGNED_IN = 'sign in first: fabric login --api URL';

type SteppedUp = z.infer<typeof SteppedUpAnswer>;
const MemberList = z.object({ members: z.array(MemberView) });
const InvitationList = z.object({ invitations: z.array(InvitationView) });

export async function request(
  api: string,
  method: string,
  path: string,
  body?: object,
  token?: string,
): Promise<unknown> {
  const response = await fetch(new URL(path, api), {
    method,
    headers: { 'content-type': 'application/json', ...(token ? { authorization: `Bearer ${token}` } : {}) },
    signal: AbortSignal.timeout(TIMEOUT_MS),
    ...(body ? { body: JSON.stringify(body) } : {}),
  }).catch((cause: unknown) => {
    throw new Refusal('unavailable', `${api} was not reached: is the address right and the API up?`, {
      cause,
    });
  });
  return answerOf(response);
}

/** A key says itself which organization it is for. @throws Refusal `bad_request`, never with the key in it */
function orgOfKey(key: string): OrgId {
  const claimed = claimedByApiKey(key);
  if (!claimed) throw new Refusal('bad_request', 'FABRIC_API_KEY is no API key of the fabric');
  return claimed.org;
}

function settingsOf(api: string, signedIn: SignedIn, now: number): Settings {
  return {
    api,
    email: signedIn.user.email,
    refreshToken: signedIn.refreshToken ?? '',
    accessToken: signedIn.accessToken,
    accessExpiresAt: now + signedIn.expiresIn * 1000,
  };
}

export async function remember(store: SettingsStore, api: string, signedIn: SignedIn): Promise<Me> {
  await store.exclusively(() => store.write(settingsOf(api, signedIn, Date.now())));
  return signedIn.user;
}

export async function logout(store: SettingsStore): Promise<void> {
  await store.exclusively(async () => {
    const settings = await store.read();
    if (settings)
      await request(settings.api, 'POST', '/v1/auth/logout', { refreshToken: settings.refreshToken }).catch(
        () => {},
      );
    await store.clear();
  });
}

/** A service account's way in, from the environment: FABRIC_API_KEY, and FABRIC_API where nobody has signed in here. */
export interface ApiKeyAccess {
  readonly key: string;
  readonly api: string | undefined;
}

export function apiKeyOf(env: NodeJS.ProcessEnv): ApiKeyAccess | undefined {
  const key = env['FABRIC_API_KEY'];
  return key ? { key, api: env['FABRIC_API'] } : undefined;
}

/** As what to attach, and why. */
export interface Seat {
  readonly role: AttachmentRole;
  readonly reason?: string;
}

export class Api {
  readonly #store: SettingsStore;
  readonly #prove: (api: Api) => Promise<void>;
  readonly #key: ApiKeyAccess | undefined;
  /** @param prove asks the person to prove themselves anew. @throws Refusal where nobody can be asked */
  constructor(store: SettingsStore, prove: (api: Api) => Promise<void>, key?: ApiKeyAccess) {
    this.#store = store;
    this.#key = key;
    this.#prove = prove;
  }

  async me(): Promise<Me> {
    if (this.#key)
      throw new Refusal('bad_request', 'FABRIC_API_KEY is set, and a key is no person: unset it to be one');
    return Me.parse((await (await this.#client()).GET('/v1/me')).data);
  }

  /** The organization named, or the only one. @throws Refusal */
  async organization(name: string | undefined): Promise<OrgId> {
    if (this.#key) return orgOfKey(this.#key.key);
    const { organizations } = await this.me();
    const found = name === undefined ? organizations : organizations.filter((org) => org.name === name);
    const [only] = found;
    if (!only)
      throw new Refusal(
        'not_found',
        name === undefined ? 'you belong to no organization' : `you do not belong to ${name}`,
      );
    if (found.length > 1) {
      throw new Refusal(
        'bad_request',
        `you belong to ${found.map((org) => org.name).join(', ')}: choose one with --org NAME`,
      );
    }
    return only.id;
  }

  async resources(org: OrgId): Promise<ResourceView[]> {
    const { data } = await (await this.#client()).GET('/v1/orgs/{org}/resources', {
      params: { path: { org } },
    });
    return ResourceList.parse(data).resources;
  }

  async resource(org: OrgId, name: string): Promise<ResourceView> {
    const all = await this.resources(org);
    const found = all.find((resource) => resource.name === name);
    if (!found)
      throw new Refusal(
        'not_found',
        `no resource named ${name}; there are: ${all.map((r) => r.name).join(', ') || 'none'}`,
      );
    return found;
  }

  async sessions(org: OrgId): Promise<SessionView[]> {
    const { data } = await (await this.#client()).GET('/v1/orgs/{org}/sessions', {
      params: { path: { org } },
    });
    return SessionList.parse(data).sessions;
  }

  async open(org: OrgId, resource: ResourceId, key: ClientKey): Promise<SessionTicket> {
    const options = { params: { path: { org } }, body: { resource, key } };
    return SessionTicket.parse((await (await this.#client()).POST('/v1/orgs/{org}/sessions', options)).data);
  }

  async attach(org: OrgId, session: SessionId, key: ClientKey, seat: Seat): Promise<SessionTicket> {
    const options = { params: { path: { org, session } }, body: { key, ...seat } };
    const client = await this.#client();
    return SessionTicket.parse(
      (await client.POST('/v1/orgs/{org}/sessions/{session}/attachments', options)).data,
    );
  }

  /** To somebody else's session. */
  async join(org: OrgId, session: SessionId, key: ClientKey, { role, reason }: Seat): Promise<SessionTicket> {
    const at = `/v1/orgs/${org}/all-sessions/${session}`;
    if (reason === undefined)
      throw new Refusal('bad_request', "this is somebody else's session: say why with --reason");
    const answer =
      role === 'observer'
        ? await this.#call('POST', `${at}/observers`, { key, reason })
        : await this.#call('POST', `${at}/attachments`, { key, reason, role });
    return SessionTicket.parse(answer);
  }

  async endSession(org: OrgId, session: SessionId): Promise<void> {
    const params = { path: { org, session } };
    await (await this.#client()).DELETE('/v1/orgs/{org}/sessions/{session}', { params });
  }

  /** Anything; the caller knows the contract. Asks for a proof once more where the call needs one. @throws Refusal */
  send(method: string, path: string, body?: object): Promise<unknown> {
    return this.#call(method, path, body);
  }

  /** For what comes as a stream, by the path after `/v1/`. @throws Refusal */
  async stream(
    path: string,
    headers: Record<string, string>,
    signal?: AbortSignal,
  ): Promise<ReadableStream<Uint8Array>> {
    const { api, token } = await this.#target();
    const response = await fetch(new URL(`/v1/${path}`, api), {
      headers: { ...headers, authorization: `Bearer ${token}` },
      ...(signal ? { signal } : {}),
    }).catch((cause: unknown) => {
      throw new Refusal('unavailable', `${api} was not reached: is the address right and the API up?`, {
        cause,
      });
    });
    if (!response.ok || !response.body) {
      await answerOf(response);
      throw new Refusal('unavailable', 'the control API answered nothing');
    }
    return response.body;
  }

  /** By the path after `/v1/`. @throws Refusal */
  get(path: string): Promise<unknown> {
    return this.#call('GET', `/v1/${path}`);
  }

  /** Asks for a proof once more where the call needs one, and calls again. */
  async #call(method: string, path: string, body?: object): Promise<unknown> {
    try {
      return await this.call(method, path, body);
    } catch (error) {
      // A key proves nobody: what needs a proof is not for keys.
      if (this.#key || !(error instanceof Refusal) || error.code !== 'step_up_required') throw error;
      await this.#prove(this);
      return this.call(method, path, body);
    }
  }

  /** One call, whatever is answered. */
  async call(method: string, path: string, body?: object): Promise<unknown> {
    const { api, token } = await this.#target();
    return request(api, method, path, body, token);
  }

  /** Where to ask, and as whom. */
  async #target(): Promise<{ api: string; token: string }> {
    if (this.#key) {
      const api = this.#key.api ?? (await this.#store.read())?.api;
      if (!api) throw new Refusal('bad_request', 'set FABRIC_API to the address of the control API');
      return { api, token: this.#key.key };
    }
    const { api, accessToken } = await this.#fresh();
    return { api, token: accessToken };
  }

  async #client(): Promise<ApiClient> {
    const { api } = await this.#target();
    return apiClient({
      baseUrl: api,
      token: async () => (await this.#target()).token,
      send: (call) => fetch(call, { signal: AbortSignal.timeout(TIMEOUT_MS) }),
    });
  }

  async security(): Promise<SecurityView> {
    return SecurityView.parse(await this.#call('GET', '/v1/me/security'));
  }

  async endSignIn(id: string | 'all'): Promise<void> {
    await this.#call('DELETE', id === 'all' ? '/v1/me/sign-ins' : `/v1/me/sign-ins/${id}`);
  }

  async removeDevice(id: string): Promise<void> {
    await this.#call('DELETE', `/v1/me/devices/${id}`);
  }

  async changePassword(change: object): Promise<void> {
    await this.#call('PUT', '/v1/me/security/password', change);
  }

  async invite(org: OrgId, member: object): Promise<z.infer<typeof CreatedMember>> {
    return CreatedMember.parse(await this.#call('POST', `/v1/orgs/${org}/members`, member));
  }

  async reinvite(org: OrgId, email: string): Promise<Invitation> {
    const all = MemberList.parse(await this.#call('GET', `/v1/orgs/${org}/members`)).members;
    const open = InvitationList.parse(await this.#call('GET', `/v1/orgs/${org}/invitations`)).invitations;
    const who = normalEmail(email);
    const id = all.find((member) => member.email === who)?.id ?? open.find((one) => one.email === who)?.user;
    if (!id) throw new Refusal('not_found', `${email} is no member and not invited`);
    return Invitation.parse(await this.#call('POST', `/v1/orgs/${org}/members/${id}/invitation`, {}));
  }

  async isSignedInAs(api: string, email: string): Promise<boolean> {
    const known = await this.#store.read();
    return known?.email === email && new URL(known.api).origin === new URL(api).origin;
  }

  /** As who is signed in here. */
  async acceptInvitation({ token }: { token: string }): Promise<z.infer<typeof Joined>> {
    return Joined.parse(await this.#call('POST', '/v1/me/invitations', { token }));
  }

  /** After a proof was shown: the new access token takes the old one's place. */
  async keep({ accessToken, expiresIn }: SteppedUp): Promise<void> {
    await this.#store.exclusively(async () => {
      const known = await this.#store.read();
      if (!known) throw new Refusal('unauthenticated', NOT_SIGNED_IN);
      await this.#store.write({ ...known, accessToken, accessExpiresAt: Date.now() + expiresIn * 1000 });
    });
  }

  async where(): Promise<{ api: string; email: string }> {
    const known = await this.#store.read();
    if (!known) throw new Refusal('unauthenticated', NOT_SIGNED_IN);
    return { api: known.api, email: known.email };
  }

  /** Signed in, with an access token that still lives; another process may have renewed it meanwhile. */
  async #fresh(): Promise<Settings> {
    const isFresh = (settings: Settings | undefined) =>
      settings !== undefined && settings.accessExpiresAt - Date.now() > MARGIN_MS;
    const known = await this.#store.read();
    if (!known) throw new Refusal('unauthenticated', NOT_SIGNED_IN);
    if (isFresh(known)) return known;
    return this.#store.exclusively(async () => {
      const newest = await this.#store.read();
      if (!newest) throw new Refusal('unauthenticated', NOT_SIGNED_IN);
      if (isFresh(newest)) return newest;
      const answer = await request(newest.api, 'POST', '/v1/auth/refresh', {
        refreshToken: newest.refreshToken,
      });
      const renewed = settingsOf(newest.api, SignedIn.parse(answer), Date.now());
      await this.#store.write(renewed);
      return renewed;
    });
  }
}
