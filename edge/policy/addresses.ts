/** Whether an address is one of those a key may be used from. */
import ipaddr from 'ipaddr.js';

/** @param sources addresses and CIDR blocks; none: anywhere */
export function isFrom(address: string, sources: readonly string[]): boolean {
  if (sources.length === 0) return true;
  if (!ipaddr.isValid(address)) return false;
  // `::ffff:192.0.2.1` is 192.0.2.1, seen by a socket of both families.
  const from = ipaddr.process(address);
  return sources.some((source) => {
    const [network, bits] = source.includes('/') ? ipaddr.parseCIDR(source) : single(source);
    return network.kind() === from.kind() && from.match([network, bits]);
  });
}

const IPV4_BITS = 32;
const IPV6_BITS = 128;
function single(source: string): [ipaddr.IPv4 | ipaddr.IPv6, number] {
  const address = ipaddr.process(source);
  return [address, address.kind() === 'ipv4' ? IPV4_BITS : IPV6_BITS];
}
