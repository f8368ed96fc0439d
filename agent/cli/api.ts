/** The control API as a person's command line calls it. */
import { Me, SignedIn } from '../../schema/api/auth.ts';
import { type ApiClient, apiClient } from '../../schema/api/client.ts';
import { answerOf } from '../../schema/api/problem.ts';
import { ResourceList, type ResourceView } from '../../schema/api/resources.ts';
import { SessionList, SessionTicket, type SessionView } from '../../schema/api/sessions.ts';
import type { OrgId, ResourceId, SessionId } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import type { ClientKey } from '../../schema/tokens/proof.ts';
import type { Settings, SettingsStore } from './settings.ts';

const TIMEOUT_MS = 20_000;
/** An access token with less life than this is renewed first. */
const MARGIN_MS = 15_000;

async function request(
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

export class Api {
  readonly #store: SettingsStore;
  constructor(store: SettingsStore) {
    this.#store = store;
  }

  async me(): Promise<Me> {
    return Me.parse((await (await this.#client()).GET('/v1/me')).data);
  }

  /** The organization named, or the only one. @throws Refusal */
  async organization(name: string | undefined): Promise<OrgId> {
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

  async #client(): Promise<ApiClient> {
    const { api } = await this.#fresh();
    return apiClient({
      baseUrl: api,
      token: async () => (await this.#fresh()).accessToken,
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
