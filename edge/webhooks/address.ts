/**
 * Where a webhook may go (OWASP, Server-Side Request Forgery): https only, no credentials in the URL, and no address that is not on the public internet.
 * Pure; whoever connects must connect to the very addresses that were checked.
 */
import { Refusal } from '../../schema/refusal.ts';
import { isPublicAddress, literalAddress } from '../public-address.ts';

/** @returns the URL to call. @throws Refusal `address_not_allowed`; for host names the resolved addresses are still to be checked */
export function checkWebhookUrl(text: string, allowPrivate: boolean): URL {
  if (!URL.canParse(text)) throw new Refusal('address_not_allowed', 'this is not a URL');
  const url = new URL(text);
  const schemes = allowPrivate ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) throw new Refusal('address_not_allowed', 'use an https URL');
  if (url.username !== '' || url.password !== '')
    throw new Refusal('address_not_allowed', 'leave name and password out of the URL');
  const literal = literalAddress(url.hostname);
  if (literal !== undefined) checkAddresses([literal], allowPrivate);
  return url;
}

/** All must be public: one that is not would be a way in. @throws Refusal `address_not_allowed` */
export function checkAddresses(addresses: readonly string[], allowPrivate: boolean): void {
  if (addresses.length === 0) throw new Refusal('address_not_allowed', 'the host name has no address');
  if (!allowPrivate && !addresses.every(isPublicAddress))
    throw new Refusal('address_not_allowed', 'the host is not on the public internet');
}
