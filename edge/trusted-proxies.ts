/** Proxies that an installation runs itself in front of the API, and whom a request came from behind them. Pure. */
import ipaddr from 'ipaddr.js';

/** An address and how many of its bits count. */
export type AddressBlock = ReturnType<typeof ipaddr.parseCIDR>;

/** Addresses or CIDR blocks, apart by commas or spaces. @returns undefined where one is none, or is everybody */
export function parseBlocks(text: string): AddressBlock[] | undefined {
  const blocks: AddressBlock[] = [];
  for (const word of text.split(/[\s,]+/).filter((part) => part !== '')) {
    const block = blockOf(word);
    // Trusting everybody is trusting whatever a client writes.
    if (block === undefined || block[1] === 0) return undefined;
    blocks.push(block);
  }
  return blocks;
}

function blockOf(word: string): AddressBlock | undefined {
  if (ipaddr.isValidCIDR(word)) return ipaddr.parseCIDR(word);
  const address = parse(word);
  return address && [address, address.kind() === 'ipv4' ? 32 : 128];
}

/**
 * The right-most address that is no trusted proxy: each proxy adds whom it heard from at the right (RFC 7239, section 5.2, says the same of
 * its successor), so what is left of that address is only what a client wrote. Where the way cannot be followed, the last hop that could be.
 */
export function addressBehind(
  socket: string,
  forwardedFor: string | undefined,
  trusted: readonly AddressBlock[],
): string {
  let at = socket;
  for (const named of (forwardedFor ?? '').split(',').reverse()) {
    const hop = parse(named.trim());
    if (!isAmong(at, trusted) || hop === undefined) return at;
    at = hop.toString();
  }
  return at;
}

function isAmong(text: string, blocks: readonly AddressBlock[]): boolean {
  const address = parse(text);
  return address !== undefined && blocks.some((block) => matches(address, block));
}

function matches(address: ReturnType<typeof ipaddr.parse>, [block, bits]: AddressBlock): boolean {
  if (address instanceof ipaddr.IPv4) return block instanceof ipaddr.IPv4 && address.match(block, bits);
  return block instanceof ipaddr.IPv6 && address.match(block, bits);
}

/** IPv4 in an IPv6 socket's clothes is IPv4. Only whole addresses: `10.1` is none. */
function parse(text: string): ReturnType<typeof ipaddr.parse> | undefined {
  const isWhole = ipaddr.IPv4.isValidFourPartDecimal(text) || ipaddr.IPv6.isValid(text);
  return isWhole && !text.includes('%') ? ipaddr.process(text) : undefined;
}
