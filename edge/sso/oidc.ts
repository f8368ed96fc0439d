/**
 * OpenID Connect Core 1.0 by the authorization code flow with PKCE (RFC 7636), state and nonce. The library checks the ID token: issuer, audience, nonce, times, and its
 * signature against the provider's keys as they are now. Nothing of the provider is kept between sign-ins, so a key it changed is simply the next one read.
 */
import * as openid from 'openid-client';
import { Refusal } from '../../schema/refusal.ts';
import { allowsPrivate } from '../env.ts';
import type { Services } from '../services.ts';
import { checkAddress, providerFetch } from './address.ts';
import { newSecret } from './attempts.ts';
import { claimAt, type Identity, identityOf, texts } from './identity.ts';
import { addressesOf, type OfKind } from './providers.ts';
import { domainOf } from './rules.ts';

export interface OidcExpected {
  readonly kind: 'oidc';
  readonly verifier: string;
  readonly nonce: string;
}

/** @throws Refusal `provider_unreachable` or `provider_mismatch` */
export async function connect(
  services: Services,
  { settings, secret }: OfKind<'oidc'>,
): Promise<openid.Configuration> {
  const send = providerFetch(services);
  const insecure = settings.issuer.startsWith('http:');
  const found = await openid
    .discovery(new URL(settings.issuer), settings.clientId, undefined, openid.None(), {
      [openid.customFetch]: send,
      execute: insecure ? [openid.allowInsecureRequests] : [],
    })
    .catch((error: unknown) => {
      throw refusalIn(error) ?? mismatch('discovery', error);
    });
  const { supportsPKCE: _, ...metadata } = found.serverMetadata();
  if (metadata.issuer !== settings.issuer)
    throw new Refusal(
      'provider_mismatch',
      `the provider calls itself ${metadata.issuer}, not ${settings.issuer}`,
    );
  const offered = metadata.id_token_signing_alg_values_supported ?? ['RS256'];
  const algorithms = offered.filter((name) => settings.algorithms.some((allowed) => allowed === name));
  if (algorithms.length === 0)
    throw new Refusal(
      'provider_mismatch',
      `the provider signs with ${offered.join(', ')} only, of which none is allowed`,
    );
  const clock = {
    [openid.clockSkew]: Math.round((services.now() - Date.now()) / 1000),
    [openid.clockTolerance]: 5,
  };
  const configuration = new openid.Configuration(
    { ...metadata, id_token_signing_alg_values_supported: algorithms },
    settings.clientId,
    clock,
    authentication(secret, metadata.token_endpoint_auth_methods_supported),
  );
  configuration[openid.customFetch] = send;
  if (insecure) openid.allowInsecureRequests(configuration);
  // The code comes over TLS from the provider itself; the signature is checked all the same.
  openid.enableNonRepudiationChecks(configuration);
  return configuration;
}

function authentication(
  secret: string | undefined,
  offered: readonly string[] | undefined,
): openid.ClientAuth {
  if (secret === undefined) return openid.None();
  const basic = offered === undefined || offered.includes('client_secret_basic');
  return basic ? openid.ClientSecretBasic(secret) : openid.ClientSecretPost(secret);
}

/** @returns where to send the person, and what their return must fit */
export async function beginOidc(services: Services, provider: OfKind<'oidc'>, state: string) {
  const configuration = await connect(services, provider);
  const expected: OidcExpected = {
    kind: 'oidc',
    verifier: openid.randomPKCECodeVerifier(),
    nonce: newSecret(),
  };
  const url = openid.buildAuthorizationUrl(configuration, {
    redirect_uri: addressesOf(services.env.FABRIC_PUBLIC_URL, provider.id).redirectUrl,
    scope: [...new Set(['openid', ...provider.settings.scopes])].join(' '),
    state,
    nonce: expected.nonce,
    code_challenge: await openid.calculatePKCECodeChallenge(expected.verifier),
    code_challenge_method: 'S256',
  });
  // The provider's document names it, and the console goes there.
  if (!/^https?:$/.test(url.protocol))
    throw new Refusal('provider_mismatch', "the provider's authorization address is not a web page's");
  checkAddress(url.href, url.protocol === 'https:', allowsPrivate(services.env));
  return { url: url.href, expected };
}

/** @param query of the address the provider sent the person back to @throws Refusal */
export async function finishOidc(
  services: Services,
  provider: OfKind<'oidc'>,
  query: string,
  state: string,
  { verifier, nonce }: OidcExpected,
): Promise<Identity> {
  const configuration = await connect(services, provider);
  const back = new URL(addressesOf(services.env.FABRIC_PUBLIC_URL, provider.id).redirectUrl);
  back.search = query;
  try {
    const tokens = await openid.authorizationCodeGrant(configuration, back, {
      pkceCodeVerifier: verifier,
      expectedState: state,
      expectedNonce: nonce,
      idTokenExpected: true,
    });
    const claims = tokens.claims();
    if (!claims) throw new Error('there is no ID token');
    return await identify(configuration, provider, claims, tokens.access_token);
  } catch (error) {
    throw (
      refusalIn(error) ??
      new Refusal('sso_refused', `the identity provider's answer was not accepted (${reasonOf(error)})`, {
        cause: error,
      })
    );
  }
}

/** What the ID token leaves out, the user-info endpoint may say; the library holds it to the same subject. */
async function identify(
  configuration: openid.Configuration,
  { settings, emailDomains }: OfKind<'oidc'>,
  idToken: openid.IDToken,
  accessToken: string,
): Promise<Identity> {
  const isComplete = idToken['email'] !== undefined && claimAt(idToken, settings.groupsClaim) !== undefined;
  const more =
    isComplete || configuration.serverMetadata().userinfo_endpoint === undefined
      ? {}
      : await openid.fetchUserInfo(configuration, accessToken, idToken.sub);
  const claims: Record<string, unknown> = { ...more, ...idToken };
  const identity = identityOf({
    subject: idToken.sub,
    email: claims['email'],
    name: claims['name'] ?? claims['preferred_username'] ?? claims['email'],
    groups: texts(claimAt(claims, settings.groupsClaim)),
  });
  const isTrusted = settings.emailsAreVerified && emailDomains.includes(domainOf(identity.email));
  if (claims['email_verified'] !== true && !isTrusted)
    throw new Refusal('sso_refused', 'your provider does not say that your e-mail address is verified');
  return identity;
}

/** A refusal of ours from inside a call of the library, which wraps what `fetch` throws. */
function refusalIn(error: unknown): Refusal | undefined {
  for (let at = error; at instanceof Error; at = at.cause) if (at instanceof Refusal) return at;
  return undefined;
}

/** The innermost error says most; never a claim's value or a token. */
function reasonOf(error: unknown): string {
  if (error instanceof openid.AuthorizationResponseError || error instanceof openid.ResponseBodyError)
    return error.error;
  if (!(error instanceof Error)) return 'unknown';
  return error.cause instanceof Error ? reasonOf(error.cause) : error.message;
}

function mismatch(step: string, cause: unknown): Refusal {
  return new Refusal('provider_mismatch', `${step} failed (${reasonOf(cause)})`, { cause });
}
