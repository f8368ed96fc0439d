/**
 * What this host could do (Secure Access Fabric, section 3.1 "Node Capability Flags"): facts of the host, to flags. A capability permits nothing; only an
 * assigned role does.
 */
import { accessSync, constants, existsSync, readdirSync, readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { isLoopback } from '../control/http.ts';

export interface HostFacts {
  /** Where roles listen, and under which name others reach them. */
  readonly listenHost: string;
  readonly publicHost: string | undefined;
  readonly hasPublicCertificate: boolean;
  readonly hasDefaultRoute: boolean;
  /** Addresses of the interfaces that are not loopback. */
  readonly addresses: readonly string[];
  readonly hasTun: boolean;
  /** CAP_NET_ADMIN (capabilities(7)). */
  readonly mayAdministerNetwork: boolean;
  readonly mayForward: boolean;
  readonly diskFreeBytes: number;
  readonly memoryBytes: number;
  readonly hasFreeRdp: boolean;
}

export const CAPABILITIES = [
  'can_accept_client_ingress',
  'can_accept_node_ingress',
  'can_route_mesh',
  'can_egress_internet',
  'can_egress_private_network',
  'can_run_rdp_worker',
  'can_run_vnc_worker',
  'can_run_vpn_exit',
  'can_run_vpn_connector',
  'can_run_file_cache',
  'can_run_update_cache',
  'can_run_video_relay',
] as const;
export type Capabilities = Readonly<Record<(typeof CAPABILITIES)[number], boolean>>;

const GIB = 2 ** 30;
const WORKER_MEMORY = 0.5 * GIB;
const FILE_CACHE_DISK = 10 * GIB;
const UPDATE_CACHE_DISK = 2 * GIB;

export function capabilitiesOf(facts: HostFacts): Capabilities {
  const isReachable = !isLoopback(facts.publicHost ?? facts.listenHost);
  const isRouted = facts.hasDefaultRoute;
  const hasTunnel = facts.hasTun && facts.mayAdministerNetwork;
  const runsWorkers = facts.memoryBytes >= WORKER_MEMORY;
  return {
    can_accept_client_ingress: isReachable && (facts.hasPublicCertificate || facts.publicHost !== undefined),
    can_accept_node_ingress: isReachable,
    can_route_mesh: isReachable,
    can_egress_internet: isRouted,
    can_egress_private_network: facts.addresses.some(isPrivate),
    can_run_rdp_worker: runsWorkers && facts.hasFreeRdp,
    can_run_vnc_worker: runsWorkers,
    can_run_vpn_exit: hasTunnel && facts.mayForward && isRouted,
    can_run_vpn_connector: hasTunnel,
    can_run_file_cache: facts.diskFreeBytes >= FILE_CACHE_DISK,
    can_run_update_cache: facts.diskFreeBytes >= UPDATE_CACHE_DISK,
    can_run_video_relay: isReachable && runsWorkers,
  };
}

/** RFC 1918, RFC 6598 and unique local IPv6 (RFC 4193). */
export function isPrivate(address: string): boolean {
  if (address.includes(':')) return /^f[cd]/i.test(address);
  const [a = 0, b = 0] = address.split('.').map(Number);
  return (
    a === 10 ||
    (a === 172 && b >= 16 && b < 32) ||
    (a === 192 && b === 168) ||
    (a === 100 && b >= 64 && b < 128)
  );
}

const CAP_NET_ADMIN = 12n;
const RTF_GATEWAY_ANY = '00000000';
const FREERDP = ['/usr/lib/x86_64-linux-gnu', '/usr/lib/aarch64-linux-gnu', '/usr/lib64', '/usr/lib'];

/** Looks without changing or starting anything. */
export function hostFacts(
  of: Pick<HostFacts, 'listenHost' | 'publicHost' | 'hasPublicCertificate' | 'diskFreeBytes' | 'memoryBytes'>,
): HostFacts {
  const effective = /^CapEff:\s+([0-9a-f]+)/m.exec(text('/proc/self/status'))?.[1] ?? '0';
  return {
    ...of,
    hasDefaultRoute: hasDefaultRoute(text('/proc/net/route'), text('/proc/net/ipv6_route')),
    addresses: Object.values(networkInterfaces())
      .flatMap((each) => each ?? [])
      .filter(({ internal }) => !internal)
      .map(({ address }) => address),
    hasTun: isUsable('/dev/net/tun'),
    mayAdministerNetwork: ((BigInt(`0x${effective}`) >> CAP_NET_ADMIN) & 1n) === 1n,
    mayForward:
      text('/proc/sys/net/ipv4/ip_forward').trim() === '1' || isUsable('/proc/sys/net/ipv4/ip_forward'),
    hasFreeRdp: FREERDP.some((folder) =>
      names(folder).some((name) => name.startsWith('libfreerdp2.so') || name.startsWith('libfreerdp3.so')),
    ),
  };
}

/** /proc/net/route has the destination in its second column, /proc/net/ipv6_route in its first, with the length of the prefix. */
export function hasDefaultRoute(route: string, route6: string): boolean {
  const isDefault = (line: string) =>
    line.split(/\s+/)[1] === RTF_GATEWAY_ANY && line.split(/\s+/)[7] === RTF_GATEWAY_ANY;
  const isDefault6 = (line: string) => {
    const [destination, length, , , , , , , , device] = line.trim().split(/\s+/);
    return destination === '0'.repeat(32) && length === '00' && device !== 'lo';
  };
  return route.split('\n').slice(1).some(isDefault) || route6.split('\n').some(isDefault6);
}

function text(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function isUsable(path: string): boolean {
  try {
    accessSync(path, constants.R_OK | constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

const names = (folder: string) => (existsSync(folder) ? readdirSync(folder) : []);
