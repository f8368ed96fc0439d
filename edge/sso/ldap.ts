/**
 * LDAP (RFC 4511) and Active Directory: a service account finds the person, then the person's own password is tried. The password passes through this server, which no other kind
 * of sign-in here asks for; it is neither kept nor logged. Always under TLS, except to a directory on the same machine.
 */
import type { Client, Entry } from 'ldapts';
import type { LdapSettings } from '../../schema/api/sso.ts';
import { Refusal } from '../../schema/refusal.ts';
import { allowsPrivate } from '../env.ts';
import type { Services } from '../services.ts';
import { checkAddress, hostOf } from './address.ts';
import { type Identity, identityOf, texts } from './identity.ts';
import { fillFilter, subjectText } from './ldap-text.ts';
import type { OfKind } from './providers.ts';
import { requireNode } from './runtime.ts';

const CONNECT_MS = 5_000;
const OPERATION_MS = 8_000;
const MAX_GROUPS = 500;

/** @throws Refusal `bad_request` */
export function checkLdapAddress({ url, startTls }: LdapSettings, allowPrivate: boolean): void {
  const isLdaps = url.startsWith('ldaps:');
  if (isLdaps && startTls)
    throw new Refusal('bad_request', 'an ldaps: address has TLS already: switch startTls off');
  checkAddress(url, isLdaps || startTls, allowPrivate);
}

/** @throws Refusal `bad_credentials`, `sso_refused`, `provider_unreachable`, `provider_mismatch`, `not_on_this_runtime` */
export function identifyByLdap(
  services: Services,
  provider: OfKind<'ldap'>,
  username: string,
  password: string,
): Promise<Identity> {
  const { settings } = provider;
  return asService(services, provider, async (client) => {
    const person = await findPerson(client, settings, username);
    // Someone who is not there takes as long as someone who is.
    const dn = person?.dn ?? `cn=${crypto.randomUUID()},${settings.baseDn}`;
    const groups = await groupsOf(client, settings, dn, person);
    if (!(await accepts(client, dn, password)) || !person)
      throw new Refusal('bad_credentials', 'the user name or password is wrong');
    return identityOf({
      subject: subjectText(person[settings.subjectAttribute]),
      email: texts(person[settings.emailAttribute])[0],
      name: texts(person[settings.nameAttribute])[0] ?? username,
      groups,
    });
  });
}

/** The service account gets in and finds the base. */
export async function testLdap(services: Services, provider: OfKind<'ldap'>): Promise<string> {
  const { baseDn } = provider.settings;
  const found = await asService(services, provider, (client) =>
    client.search(baseDn, { scope: 'base', filter: '(objectClass=*)', attributes: ['1.1'], sizeLimit: 1 }),
  );
  if (found.searchEntries.length !== 1)
    throw new Refusal('provider_mismatch', `the directory has no ${baseDn}`);
  return 'the service account got in and found the base';
}

async function asService<T>(
  services: Services,
  { settings, secret }: OfKind<'ldap'>,
  work: (client: Client) => Promise<T>,
): Promise<T> {
  requireNode('sign-in by LDAP');
  checkLdapAddress(settings, allowsPrivate(services.env));
  if (secret === undefined)
    throw new Refusal('provider_mismatch', "the service account's password is not set");
  const { Client, InvalidCredentialsError, ResultCodeError } = await import('ldapts');
  const address = await addressFor(services, settings);
  const tls = tlsOptions(settings, address);
  const client = new Client({
    url: at(settings.url, address),
    connectTimeout: CONNECT_MS,
    timeout: OPERATION_MS,
    ...(settings.url.startsWith('ldaps:') ? { tlsOptions: tls } : {}),
  });
  try {
    if (settings.startTls) await client.startTLS(tls);
    await client.bind(settings.bindDn, secret);
    return await work(client);
  } catch (error) {
    if (error instanceof Refusal) throw error;
    if (error instanceof InvalidCredentialsError)
      throw new Refusal('provider_mismatch', 'the directory does not accept the service account', {
        cause: error,
      });
    if (error instanceof ResultCodeError)
      throw new Refusal('provider_mismatch', `the directory refused (${error.name})`, { cause: error });
    throw new Refusal(
      'provider_unreachable',
      'the directory was not reached, or its certificate is not trusted',
      {
        cause: error,
      },
    );
  } finally {
    await client.unbind().catch(() => {});
  }
}

/** The directory's name is resolved once, and what was checked is what is connected to. IPv4 first: one is tried, and fewer directories are without it. */
async function addressFor({ outbound, env }: Services, { url }: LdapSettings): Promise<string> {
  const found = await outbound.addressesOf(hostOf(url), allowsPrivate(env)).catch((cause: unknown) => {
    if (cause instanceof Refusal) throw cause;
    throw new Refusal('provider_unreachable', "the directory's name was not found", { cause });
  });
  const address = found.find((one) => !one.includes(':')) ?? found[0];
  if (address === undefined) throw new Refusal('provider_unreachable', "the directory's name has no address");
  return address;
}

function at(url: string, address: string): string {
  const there = new URL(url);
  there.hostname = address.includes(':') ? `[${address}]` : address;
  return there.href;
}

/** The certificate is held to the name, where there is one; the connection goes to the address. */
function tlsOptions({ url, certificateAuthority }: LdapSettings, address: string) {
  const host = hostOf(url).replace(/^\[|\]$/g, '');
  const isAddress = /^[\d.]+$|:/.test(host);
  return {
    host: address,
    minVersion: 'TLSv1.2' as const,
    ...(isAddress ? {} : { servername: host }),
    ...(certificateAuthority === undefined ? {} : { ca: [certificateAuthority] }),
  };
}

/** Undefined unless exactly one person fits. */
async function findPerson(
  client: Client,
  settings: LdapSettings,
  username: string,
): Promise<Entry | undefined> {
  const { subjectAttribute, emailAttribute, nameAttribute, groups } = settings;
  const { SizeLimitExceededError } = await import('ldapts');
  try {
    const { searchEntries } = await client.search(settings.baseDn, {
      scope: 'sub',
      filter: await fillFilter(settings.userFilter, '{username}', username),
      attributes: [
        subjectAttribute,
        emailAttribute,
        nameAttribute,
        ...(groups.from === 'attribute' ? [groups.attribute] : []),
      ],
      explicitBufferAttributes: [subjectAttribute],
      sizeLimit: 2,
    });
    return searchEntries.length === 1 ? searchEntries[0] : undefined;
  } catch (error) {
    if (error instanceof SizeLimitExceededError) return undefined;
    throw error;
  }
}

async function groupsOf(
  client: Client,
  { groups }: LdapSettings,
  dn: string,
  person: Entry | undefined,
): Promise<string[]> {
  if (groups.from === 'attribute') return texts(person?.[groups.attribute]);
  const { searchEntries } = await client.search(groups.baseDn, {
    scope: 'sub',
    filter: await fillFilter(groups.filter, '{dn}', dn),
    attributes: ['1.1'],
    sizeLimit: MAX_GROUPS,
  });
  return searchEntries.map((entry) => entry.dn);
}

async function accepts(client: Client, dn: string, password: string): Promise<boolean> {
  const { InvalidCredentialsError, NoSuchObjectError, InvalidDNSyntaxError } = await import('ldapts');
  try {
    await client.bind(dn, password);
    return true;
  } catch (error) {
    if ([InvalidCredentialsError, NoSuchObjectError, InvalidDNSyntaxError].some((no) => error instanceof no))
      return false;
    throw error;
  }
}
