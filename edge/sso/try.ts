/** Tries a provider's settings without a person: is it there, does it fit, does the secret open it. */
import { Refusal } from '../../schema/refusal.ts';
import type { Services } from '../services.ts';
import { providerFetch } from './address.ts';
import { testLdap } from './ldap.ts';
import { connect } from './oidc.ts';
import { type OfKind, ofKind, type Provider } from './providers.ts';
import { testSaml } from './saml.ts';

/** @returns what was found, in a sentence @throws Refusal `provider_unreachable` or `provider_mismatch` */
export async function tryProvider(services: Services, provider: Provider): Promise<string> {
  switch (provider.settings.kind) {
    case 'oidc':
      return tryOidc(services, ofKind(provider, 'oidc'));
    case 'saml':
      return testSaml(services, ofKind(provider, 'saml'));
    case 'ldap':
      return testLdap(services, ofKind(provider, 'ldap'));
  }
}

async function tryOidc(services: Services, provider: OfKind<'oidc'>): Promise<string> {
  const { issuer, jwks_uri, authorization_endpoint, token_endpoint } = (
    await connect(services, provider)
  ).serverMetadata();
  if (!jwks_uri || !authorization_endpoint || !token_endpoint)
    throw new Refusal(
      'provider_mismatch',
      'the provider does not name its keys, authorization or token address',
    );
  const answer = await providerFetch(services)(jwks_uri, {
    method: 'GET',
    headers: { accept: 'application/json' },
  });
  if (answer.status !== 200)
    throw new Refusal('provider_mismatch', 'the provider does not give out its keys');
  return `${issuer} answers and gives out its keys; the client secret is first tried at a sign-in`;
}
