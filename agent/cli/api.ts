/** The control API as a person's command line calls it. */
import { Me, SignedIn } from '../../schema/api/auth.ts';
import { type ApiClient, apiClient } from '../../schema/api/client.ts';
import { answerOf } from '../../schema/api/problem.ts';
import { ResourceList, type ResourceView } from '../../schema/api/resources.ts';
import { SessionList, SessionTicket, type SessionView } from '../../schema/api/sessions.ts';
import type { OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { claimedByApiKey } from '../../schema/tokens/api-key.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import type { Settings, SettingsStore } from './settings.ts';

const TIMEOUT_MS = 20_000;
/** An access token with less life than this is renewed first. */
const MARGIN_MS = 15_000;

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

export async function login(store: SettingsStore, api: string, email: string, password: string): Promise<Me> {
  const signedIn = SignedIn.parse(await request(api, 'POST', '/v1/auth/login', { email, password }));
  return remember(store, api, signedIn);
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

export class Api {
  readonly #store: SettingsStore;
  readonly #key: ApiKeyAccess | undefined;
  constructor(store: SettingsStore, key?: ApiKeyAccess) {
    this.#store = store;
    this.#key = key;
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

  async attach(org: OrgId, session: SessionId, key: ClientKey): Promise<SessionTicket> {
    const options = { params: { path: { org, session } }, body: { key } };
    const client = await this.#client();
    return SessionTicket.parse(
      (await client.POST('/v1/orgs/{org}/sessions/{session}/attachments', options)).data,
    );
  }

  async endSession(org: OrgId, session: SessionId): Promise<void> {
    const params = { path: { org, session } };
    await (await this.#client()).DELETE('/v1/orgs/{org}/sessions/{session}', { params });
  }

  /** Anything under the organization's own path; the caller knows the contract. @throws Refusal */
  async ofOrganization(org: OrgId, method: string, path: string, body?: object): Promise<unknown> {
    return this.#call(method, `/v1/orgs/${org}${path}`, body);
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

  async #call(method: string, path: string, body?: object): Promise<unknown> {
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

  /** Signed in, with an access token that still lives; another process may have renewed it meanwhile. */
  async #fresh(): Promise<Settings> {
    const isFresh = (settings: Settings | undefined) =>
      settings !== undefined && settings.accessExpiresAt - Date.now() > MARGIN_MS;
    const known = await this.#store.read();
    if (!known) throw new Refusal('unauthenticated', 'sign in first: fabric login --api URL');
    if (isFresh(known)) return known;
    return this.#store.exclusively(async () => {
      const newest = await this.#store.read();
      if (!newest) throw new Refusal('unauthenticated', 'sign in first: fabric login --api URL');
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
