/**
 * Where a webhook may go (OWASP, Server-Side Request Forgery): https only, no credentials in the URL, and no address that is not on the public internet
 * (IANA special-purpose address registries). Pure; whoever connects must connect to the very addresses that were checked.
 */
import { Refusal } from '../../schema/refusal.ts';

/** Networks that are not the public internet. */
const CLOSED_V4 = [
  '0.0.0.0/8',
  '10.0.0.0/8',
  '100.64.0.0/10',
  '127.0.0.0/8',
  '169.254.0.0/16',
  '172.16.0.0/12',
  '192.0.0.0/24',
  '192.0.2.0/24',
  '192.88.99.0/24',
  '192.168.0.0/16',
  '198.18.0.0/15',
  '198.51.100.0/24',
  '203.0.113.0/24',
  '224.0.0.0/4',
  '240.0.0.0/4',
].map(network);
/** Of IPv6 only 2000::/3 is handed out; these parts of it are not the public internet, or lead to IPv4. */
const OPEN_V6 = network('2000::/3');
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map(network);

interface Network {
  readonly octets: Uint8Array;
  readonly bits: number;
}

/** @returns the URL to call. @throws Refusal `address_not_allowed`; for host names the resolved addresses are still to be checked */
export function checkWebhookUrl(text: string, allowPrivate: boolean): URL {
  if (!URL.canParse(text)) throw new Refusal('address_not_allowed', 'this is not a URL');
  const url = new URL(text);
  const schemes = allowPrivate ? ['https:', 'http:'] : ['https:'];
  if (!schemes.includes(url.protocol)) throw new Refusal('address_not_allowed', 'use an https URL');
  if (url.username !== '' || url.password !== '')
    throw new Refusal('address_not_allowed', 'leave name and password out of the URL');
  const literal = literalAddress(url);
  if (literal !== undefined) checkAddresses([literal], allowPrivate);
  return url;
}

/** The address, where the host is one and not a name. The URL parser has already made one of `127.1`, `0x7f000001` and their like. */
export function literalAddress({ hostname }: URL): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return octetsOfV4(hostname) ? hostname : undefined;
}

/** All must be public: one that is not would be a way in. @throws Refusal `address_not_allowed` */
export function checkAddresses(addresses: readonly string[], allowPrivate: boolean): void {
  if (addresses.length === 0) throw new Refusal('address_not_allowed', 'the host name has no address');
  if (!allowPrivate && !addresses.every(isPublicAddress))
    throw new Refusal('address_not_allowed', 'the host is not on the public internet');
}

export function isPublicAddress(address: string): boolean {
  const v4 = octetsOfV4(address);
  if (v4) return !CLOSED_V4.some((closed) => isIn(v4, closed));
  const v6 = octetsOfV6(address);
  return v6 !== undefined && isIn(v6, OPEN_V6) && !CLOSED_V6.some((closed) => isIn(v6, closed));
}

function isIn(octets: Uint8Array, { octets: prefix, bits }: Network): boolean {
  return octets.every((octet, at) => {
    const left = Math.min(8, Math.max(0, bits - at * 8));
    const mask = (0xff << (8 - left)) & 0xff;
    return (octet & mask) === ((prefix[at] ?? 0) & mask);
  });
}

function network(text: string): Network {
  const [address = '', bits] = text.split('/');
  const octets = octetsOfV4(address) ?? octetsOfV6(address);
  if (!octets) throw new Error(`not a network: ${text}`);
  return { octets, bits: Number(bits) };
}

function octetsOfV4(text: string): Uint8Array | undefined {
  if (!/^\d{1,3}(\.\d{1,3}){3}$/.test(text)) return undefined;
  const octets = text.split('.').map(Number);
  return octets.every((octet) => octet <= 255) ? Uint8Array.from(octets) : undefined;
}

/** RFC 4291, section 2.2, without zones. Mapped IPv4 is not in 2000::/3 and so never public. */
function octetsOfV6(text: string): Uint8Array | undefined {
  const withoutV4 = text.replace(/\d+\.\d+\.\d+\.\d+$/, (v4) => {
    const [a = 0, b = 0, c = 0, d = 0] = octetsOfV4(v4) ?? [];
    return `${((a << 8) | b).toString(16)}:${((c << 8) | d).toString(16)}`;
  });
  const halves = withoutV4.split('::');
  if (halves.length > 2) return undefined;
  const groups = halves.map((half) => (half === '' ? [] : half.split(':')));
  const [head = [], tail = []] = groups;
  const missing = 8 - head.length - tail.length;
  if (halves.length === 2 ? missing < 1 : missing !== 0) return undefined;
  const all = [...head, ...Array<string>(missing).fill('0'), ...tail];
  if (!all.every((group) => /^[0-9a-f]{1,4}$/i.test(group))) return undefined;
  return Uint8Array.from(
    all.flatMap((group) => [Number.parseInt(group, 16) >> 8, Number.parseInt(group, 16) & 0xff]),
  );
}
