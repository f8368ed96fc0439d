/**
 * SAML 2.0 (Web Browser SSO profile), as a service provider that begins every sign-in itself: the request goes by redirect, the response comes by POST. The library checks the
 * signature and reads only what it covers; `saml-assertion.ts` then holds the signed assertion to this request.
 */
import type { CacheProvider, SAML as Saml } from '@node-saml/node-saml';
import { X509Certificate } from '@peculiar/x509';
import { Refusal } from '../../schema/refusal.ts';
import { allowsPrivate } from '../env.ts';
import type { Services } from '../services.ts';
import { checkAddress } from './address.ts';
import { type Identity, identityOf, texts } from './identity.ts';
import { addressesOf, type OfKind } from './providers.ts';
import { CLOCK_SKEW_MS, checkAssertion, refuseUnsafeXml } from './saml-assertion.ts';

/** A person takes this long at most to sign in at the provider. */
const REQUEST_MS = 10 * 60_000;

export interface SamlExpected {
  readonly kind: 'saml';
  readonly requestId: string;
  readonly requestedAt: string;
}

async function serviceProvider(
  services: Services,
  { id, settings }: OfKind<'saml'>,
  { requestId, requestedAt }: SamlExpected,
): Promise<Saml> {
  const { SAML, ValidateInResponseTo } = await import('@node-saml/node-saml');
  const { metadataUrl, assertionUrl } = addressesOf(services.env.FABRIC_PUBLIC_URL, id);
  return new SAML({
    issuer: metadataUrl,
    audience: metadataUrl,
    callbackUrl: assertionUrl,
    entryPoint: settings.entryPoint,
    idpCert: settings.certificates,
    idpIssuer: settings.idpIssuer,
    wantAssertionsSigned: true,
    wantAuthnResponseSigned: false,
    identifierFormat: null,
    disableRequestedAuthnContext: true,
    acceptedClockSkewMs: CLOCK_SKEW_MS,
    generateUniqueId: () => requestId,
    validateInResponseTo: ValidateInResponseTo.always,
    requestIdExpirationPeriodMs: REQUEST_MS,
    cacheProvider: onlyRequest(requestId, requestedAt),
  });
}

/** The one request that may be answered; that it is answered once is the attempt's row. */
function onlyRequest(requestId: string, requestedAt: string): CacheProvider {
  return {
    saveAsync: async (_key, value) => ({ value, createdAt: Date.parse(requestedAt) }),
    getAsync: async (key) => (key === requestId ? requestedAt : null),
    removeAsync: async (key) => key,
  };
}

export async function beginSaml(services: Services, provider: OfKind<'saml'>, state: string) {
  const { entryPoint } = provider.settings;
  checkAddress(entryPoint, entryPoint.startsWith('https:'), allowsPrivate(services.env));
  const random = crypto.getRandomValues(new Uint8Array(20));
  const expected: SamlExpected = {
    kind: 'saml',
    requestId: `_${Array.from(random, (octet) => octet.toString(16).padStart(2, '0')).join('')}`,
    requestedAt: new Date(services.now()).toISOString(),
  };
  const saml = await serviceProvider(services, provider, expected);
  return { url: await saml.getAuthorizeUrlAsync(state, undefined, {}), expected };
}

export interface SamlProof {
  readonly identity: Identity;
  /** The assertion's id, to be accepted once, and when it would be refused for its age anyway. */
  readonly assertion: string;
  readonly until: Date;
}

/** @throws Refusal `sso_refused` */
export async function finishSaml(
  services: Services,
  provider: OfKind<'saml'>,
  SAMLResponse: string,
  expected: SamlExpected,
): Promise<SamlProof> {
  const saml = await serviceProvider(services, provider, expected);
  const { settings } = provider;
  try {
    refuseUnsafeXml(new TextDecoder().decode(Uint8Array.from(atob(SAMLResponse), (c) => c.charCodeAt(0))));
    const { profile } = await saml.validatePostResponseAsync({ SAMLResponse });
    const signed = checkAssertion(profile?.getAssertion?.(), {
      issuer: settings.idpIssuer,
      recipient: addressesOf(services.env.FABRIC_PUBLIC_URL, provider.id).assertionUrl,
      requestId: expected.requestId,
      now: services.now(),
    });
    const attribute = (name: string) => texts(signed.attributes.get(name));
    const identity = identityOf({
      subject: signed.subject,
      email:
        attribute(settings.emailAttribute)[0] ?? (signed.subject.includes('@') ? signed.subject : undefined),
      name: attribute(settings.nameAttribute)[0] ?? signed.subject,
      groups: attribute(settings.groupsAttribute),
    });
    return { identity, assertion: signed.id, until: signed.until };
  } catch (error) {
    if (error instanceof Refusal) throw error;
    const reason = error instanceof Error ? error.message : 'unknown';
    throw new Refusal('sso_refused', `the identity provider's answer was not accepted (${reason})`, {
      cause: error,
    });
  }
}

/** This side's metadata, to load into the provider. */
export async function samlMetadata(services: Services, provider: OfKind<'saml'>): Promise<string> {
  const nobody = { kind: 'saml', requestId: '_', requestedAt: '' } as const;
  const saml = await serviceProvider(services, provider, nobody);
  return saml.generateServiceProviderMetadata(null);
}

/** The provider itself can not be asked anything without a person; what can be wrong here is its certificates. */
export function testSaml(services: Services, { settings }: OfKind<'saml'>): string {
  checkAddress(settings.entryPoint, settings.entryPoint.startsWith('https:'), allowsPrivate(services.env));
  const until = settings.certificates.map((pem) => {
    try {
      return new X509Certificate(pem).notAfter;
    } catch (cause) {
      throw new Refusal('provider_mismatch', 'a certificate can not be read', { cause });
    }
  });
  const last = until.reduce((a, b) => (a > b ? a : b));
  if (last.getTime() <= services.now())
    throw new Refusal('provider_mismatch', `the last certificate ended on ${last.toISOString()}`);
  return `the settings are sound; the last certificate lives until ${last.toISOString()}`;
}
