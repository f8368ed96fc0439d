/** What may be saved as a provider: pure. */
import type { ProviderSettings } from '../../../schema/api/sso.ts';
import { Refusal } from '../../../schema/refusal.ts';
import { checkAddress } from '../../sso/address.ts';
import { checkLdapAddress } from '../../sso/ldap.ts';

/** @throws Refusal `bad_request` */
export function checkSettings(settings: ProviderSettings, allowPrivate: boolean): void {
  if (settings.kind === 'ldap') return checkLdapAddress(settings, allowPrivate);
  const address = settings.kind === 'oidc' ? settings.issuer : settings.entryPoint;
  checkAddress(address, address.startsWith('https:'), allowPrivate);
}

/** Who a subject is depends on who says it: people linked to one issuer's subjects are not another's. */
function sourceOf(settings: ProviderSettings): string {
  if (settings.kind === 'oidc') return `oidc ${settings.issuer}`;
  return settings.kind === 'saml' ? `saml ${settings.idpIssuer}` : `ldap ${settings.subjectAttribute}`;
}

/** To whom the secret is shown. */
function shownTo(settings: ProviderSettings): string {
  if (settings.kind !== 'ldap') return sourceOf(settings);
  const { url, startTls, certificateAuthority, bindDn } = settings;
  return JSON.stringify([url, startTls, certificateAuthority, bindDn]);
}

/** @throws Refusal `conflict` or `bad_request` */
export function checkChange(from: ProviderSettings, to: ProviderSettings, givesSecret: boolean): void {
  if (sourceOf(from) !== sourceOf(to))
    throw new Refusal(
      'conflict',
      'the kind, issuer and subject of a provider stay as they are: make a new provider',
    );
  if (shownTo(from) !== shownTo(to) && !givesSecret)
    throw new Refusal('bad_request', 'the secret would go to another address now: give it again');
}
