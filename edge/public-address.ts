/** Which addresses are on the public internet (IANA special-purpose address registries): whatever an organization names, this server goes nowhere else on its word. */
import ipaddr from 'ipaddr.js';

/** Of IPv6 only this part is handed out (RFC 4291, section 2.4). */
const GLOBAL_V6 = ipaddr.IPv6.parseCIDR('2000::/3');
/** Parts of it that are for documentation, protocols or tunnels to IPv4. */
const CLOSED_V6 = ['2001::/23', '2001:db8::/32', '2002::/16', '3fff::/20'].map((text) =>
  ipaddr.IPv6.parseCIDR(text),
);

/** False for what is no address at all. Mapped IPv4 is never public: nobody writes it in earnest. */
export function isPublicAddress(address: string): boolean {
  if (ipaddr.IPv4.isValidFourPartDecimal(address)) return ipaddr.IPv4.parse(address).range() === 'unicast';
  if (!ipaddr.IPv6.isValid(address) || address.includes('%')) return false;
  const parsed = ipaddr.IPv6.parse(address);
  return parsed.match(GLOBAL_V6) && !CLOSED_V6.some((closed) => parsed.match(closed));
}

/** The address, where a URL's host is one and not a name. The URL parser has already made one of `127.1`, `0x7f000001` and their like. */
export function literalAddress(hostname: string): string | undefined {
  if (hostname.startsWith('[')) return hostname.slice(1, -1);
  return ipaddr.IPv4.isValidFourPartDecimal(hostname) ? hostname : undefined;
}
