/**
 * Signing in by an organization's provider. The person signs in in their browser; a one-time code comes back to a listener on this machine's loopback address (RFC 8252), and is
 * exchanged with a secret that never left this process. A directory (LDAP) has no page of its own: there the user name and password are asked here.
 */
import { createHash, randomBytes } from 'node:crypto';
import { type Me, SignedIn } from '../../schema/api/auth.ts';
import { type ProviderChoice, ProviderChoices, StartAnswer } from '../../schema/api/sso.ts';
import { Refusal } from '../../schema/refusal.ts';
import { remember, request } from './api.ts';
import { listenForCode } from './loopback.ts';
import { openInBrowser } from './open-in-browser.ts';
import { ask, readStdin } from './prompt.ts';
import type { SettingsStore } from './settings.ts';

export interface SsoLogin {
  readonly api: string;
  readonly organization: string;
  readonly provider?: string;
  /** A directory's user name. */
  readonly email?: string;
  readonly passwordStdin: boolean;
  readonly browser: boolean;
}

/** @throws Refusal */
export async function loginBySso(store: SettingsStore, login: SsoLogin): Promise<Me> {
  const choice = await choose(login);
  const answer = choice.kind === 'ldap' ? await byDirectory(login, choice) : await byBrowser(login, choice);
  return remember(store, login.api, SignedIn.parse(answer));
}

async function choose({ api, organization, provider }: SsoLogin): Promise<ProviderChoice> {
  const { providers } = ProviderChoices.parse(
    await request(api, 'POST', '/v1/sso/discover', { organization }),
  );
  const found = provider === undefined ? providers : providers.filter(({ name }) => name === provider);
  const [only] = found;
  if (!only) throw new Refusal('not_found', `no identity provider is known for ${organization}`);
  if (found.length > 1) {
    const names = found.map(({ name }) => name).join(', ');
    throw new Refusal('bad_request', `there are ${names}: choose one with --provider NAME`);
  }
  return only;
}

async function byDirectory(login: SsoLogin, { id }: ProviderChoice): Promise<unknown> {
  const username = login.email ?? (await ask('User name: '));
  const password = login.passwordStdin ? await readStdin() : await ask('Password: ', true);
  return request(login.api, 'POST', '/v1/sso/ldap', { provider: id, username, password });
}

async function byBrowser({ api, browser }: SsoLogin, { id }: ProviderChoice): Promise<unknown> {
  const verifier = randomBytes(32).toString('base64url');
  const challenge = createHash('sha256').update(verifier).digest('base64url');
  await using listener = await listenForCode();
  const returnTo = listener.address;
  const { url } = StartAnswer.parse(
    await request(api, 'POST', '/v1/sso/start', { provider: id, challenge, returnTo }),
  );
  process.stderr.write(`Sign in in your browser, on this machine:\n\n  ${url}\n\n`);
  if (browser) openInBrowser(url);
  const code = await listener.code;
  return request(api, 'POST', '/v1/sso/token', { code, verifier });
}
