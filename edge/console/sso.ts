/** Signing in by an organization's provider, and setting providers up, as the console does it. */
import { answerOf } from '../../schema/api/problem.ts';
import {
  type ProviderChoice,
  ProviderChoices,
  ProviderList,
  ProviderTest,
  ProviderView,
  type SaveProvider,
  StartAnswer,
} from '../../schema/api/sso.ts';
import type { IdentityProviderId, OrgId } from '../../schema/ids.ts';
import { Refusal, RefusalCode } from '../../schema/refusal.ts';
import type { Access, Send } from './access.ts';

/** Where the secret of a sign-in under way waits, in this tab only. */
const WAITING = 'fabric-sso';

async function post(send: Send, path: string, body: object): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  const init = { method: 'POST', headers, body: JSON.stringify(body), credentials: 'same-origin' } as const;
  return answerOf(await send(path, init));
}

const base64url = (bytes: Uint8Array) =>
  btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replace(/=+$/, '');

export async function findProviders(send: Send, organization: string): Promise<ProviderChoice[]> {
  return ProviderChoices.parse(await post(send, '/v1/sso/discover', { organization })).providers;
}

/** @returns where to go to sign in */
export async function startSso(send: Send, storage: Storage, provider: ProviderChoice): Promise<string> {
  const verifier = base64url(crypto.getRandomValues(new Uint8Array(32)));
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  const challenge = base64url(new Uint8Array(digest));
  const asked = { provider: provider.id, challenge, returnTo: 'console' };
  const { url } = StartAnswer.parse(await post(send, '/v1/sso/start', asked));
  storage.setItem(WAITING, verifier);
  return url;
}

/** The refresh token goes into the cookie; the page then renews as after any reload. */
export async function signInByDirectory(
  send: Send,
  provider: ProviderChoice,
  username: string,
  password: string,
): Promise<void> {
  await post(send, '/v1/sso/ldap', { provider: provider.id, username, password, cookie: true });
}

/** Back from a provider: the code of the address is exchanged with this tab's secret. @returns what went wrong, if anything */
export async function arriveBySso(send: Send, storage: Storage, hash: string): Promise<string | undefined> {
  if (!hash.startsWith('#/sso?')) return undefined;
  const said = new URLSearchParams(hash.slice('#/sso?'.length));
  const verifier = storage.getItem(WAITING);
  storage.removeItem(WAITING);
  const code = said.get('code');
  if (code === null)
    return new Refusal(RefusalCode.safeParse(said.get('error')).data ?? 'sso_refused').message;
  if (verifier === null) return new Refusal('sso_refused').message;
  try {
    await post(send, '/v1/sso/token', { code, verifier, cookie: true });
    return undefined;
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

export class Providers {
  readonly #access: Access;
  readonly #org: OrgId;

  constructor(access: Access, org: OrgId) {
    this.#access = access;
    this.#org = org;
  }

  async list(): Promise<ProviderView[]> {
    return ProviderList.parse(await this.#call('GET', '')).providers;
  }

  async save(id: IdentityProviderId | undefined, saved: SaveProvider): Promise<ProviderView> {
    return ProviderView.parse(
      id === undefined ? await this.#call('POST', '', saved) : await this.#call('PUT', `/${id}`, saved),
    );
  }

  async test(id: IdentityProviderId): Promise<string> {
    return ProviderTest.parse(await this.#call('POST', `/${id}/test`)).detail;
  }

  async remove(id: IdentityProviderId): Promise<void> {
    await this.#call('DELETE', `/${id}`);
  }

  #call(method: string, path: string, body?: object): Promise<unknown> {
    return this.#access.call(method, `/v1/orgs/${this.#org}/identity-providers${path}`, body);
  }
}
