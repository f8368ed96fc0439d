import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { freemem, uptime as hostUptime, tmpdir, totalmem } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  CAPABILITIES,
  capabilitiesOf,
  type HostFacts,
  hasDefaultRoute,
  hostFacts,
  isPrivate,
} from './capabilities.ts';
import { Monitor } from './monitor.ts';
import { cpuPercent, cpuTicks, network } from './proc.ts';
import { Ring } from './ring.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'monitor-'));
});
afterEach(() => rmSync(folder, { recursive: true }));
const monitor = (keep = 100) =>
  new Monitor({
    data: folder,
    intervalMs: 3_600_000,
    keep,
    services: ['no-such-service'],
    processes: [readFileSync('/proc/self/comm', 'utf8').trimEnd()],
    now: Date.now,
  });

test('says of this host what the system says', async () => {
  const watching = monitor();
  await watching.start();
  const { memoryTotal, memoryAvailable, uptime, diskFree, diskTotal, cpuPercent } = watching.latest ?? {};
  expect(memoryTotal).toBe(totalmem());
  expect(memoryAvailable).toBeGreaterThan(freemem() / 4);
  expect(Math.abs((uptime ?? 0) - hostUptime())).toBeLessThan(10);
  expect(diskFree).toBeLessThanOrEqual(diskTotal ?? 0);
  expect(cpuPercent).toBeLessThanOrEqual(100);
  expect(watching.services).toEqual([{ name: 'no-such-service', running: 0, residentBytes: 0 }]);
  expect(watching.processes[0]?.running).toBeGreaterThan(0);
  expect(watching.processes[0]?.residentBytes).toBeGreaterThan(1_000_000);
  await watching.close();
});

test('keeps the newest over a restart, in a file that does not grow', async () => {
  const first = monitor(10);
  await first.start();
  for (let n = 0; n < 25; n += 1) await first.sample();
  await first.close();
  const size = statSync(join(folder, 'monitor.ring')).size;
  const second = monitor(10);
  await second.start();
  expect(second.kept).toBe(10);
  expect(second.samples(10).map(({ at }) => at)).toEqual(
    second
      .samples(10)
      .map(({ at }) => at)
      .sort(),
  );
  await second.close();
  expect(statSync(join(folder, 'monitor.ring')).size).toBe(size);
  expect(size).toBeLessThan(1_100);
});

test('rows that were damaged at any byte, or cut, are as good as none', () => {
  const ring = new Ring(2, 4);
  for (let n = 0; n < 6; n += 1) ring.push([n, -n / 3]);
  const file = ring.encode();
  const fresh = () => new Ring(2, 4);
  const whole = fresh();
  expect(whole.decode(file)).toBe(true);
  expect(whole.newest(9)).toEqual([2, 3, 4, 5].map((n) => [n, -n / 3]));
  for (let at = 0; at < file.length; at += 1) {
    const changed = Buffer.from(file);
    changed[at] = (changed[at] ?? 0) ^ 1;
    expect(fresh().decode(changed), `byte ${at}`).toBe(false);
    expect(fresh().decode(file.subarray(0, at)), `cut at ${at}`).toBe(false);
  }
  expect(new Ring(3, 4).decode(file)).toBe(false);
});

test('a damaged ring does not keep the agent from starting', async () => {
  writeFileSync(join(folder, 'monitor.ring'), 'nonsense');
  const watching = monitor();
  await watching.start();
  expect(watching.kept).toBe(1);
  await watching.close();
});

test('counts processors and networks as proc(5) says', () => {
  const before = cpuTicks('cpu  100 0 100 700 100 0 0 0 50 0\ncpu0 1 2\n');
  const after = cpuTicks('cpu  150 0 150 750 150 0 0 0 99 0\n');
  expect(cpuPercent(before, after)).toBe(50);
  expect(cpuPercent(after, after)).toBe(0);
  const dev =
    'Inter-|\n face |\n    lo: 9 9 0 0 0 0 0 0 9 9\n  eth0: 100 1 0 0 0 0 0 0 30 1 0\n eth1:5 1 0 0 0 0 0 0 6 1\n';
  expect(network(dev)).toEqual({ received: 105, sent: 36 });
});

const able: HostFacts = {
  listenHost: '0.0.0.0',
  publicHost: 'access.example.org',
  hasPublicCertificate: true,
  hasDefaultRoute: true,
  addresses: ['192.168.1.4'],
  hasTun: true,
  mayAdministerNetwork: true,
  mayForward: true,
  diskFreeBytes: 2 ** 36,
  memoryBytes: 2 ** 34,
  hasFreeRdp: true,
};

test('each capability falls with what it needs', () => {
  expect(Object.values(capabilitiesOf(able))).toEqual(CAPABILITIES.map(() => true));
  const lost = (without: Partial<HostFacts>) => {
    const flags = capabilitiesOf({ ...able, ...without });
    return CAPABILITIES.filter((name) => !flags[name]);
  };
  expect(lost({ publicHost: undefined, listenHost: '127.0.0.1' })).toEqual([
    'can_accept_client_ingress',
    'can_accept_node_ingress',
    'can_route_mesh',
    'can_run_video_relay',
  ]);
  expect(lost({ hasTun: false })).toEqual(['can_run_vpn_exit', 'can_run_vpn_connector']);
  expect(lost({ mayAdministerNetwork: false })).toEqual(['can_run_vpn_exit', 'can_run_vpn_connector']);
  expect(lost({ hasDefaultRoute: false })).toEqual(['can_egress_internet', 'can_run_vpn_exit']);
  expect(lost({ addresses: ['203.0.113.4'] })).toEqual(['can_egress_private_network']);
  expect(lost({ diskFreeBytes: 2 ** 32 })).toEqual(['can_run_file_cache']);
  expect(lost({ hasFreeRdp: false })).toEqual(['can_run_rdp_worker']);
});

test('reads routes and addresses, and this host without failing', () => {
  const route =
    'Iface Destination Gateway Flags RefCnt Use Metric Mask\neth0 00000000 0100A8C0 0003 0 0 0 00000000\n';
  expect(hasDefaultRoute(route, '')).toBe(true);
  expect(hasDefaultRoute(route.replace('eth0 00000000', 'eth0 0000A8C0'), '')).toBe(false);
  expect(['10.0.0.1', '172.20.0.1', '192.168.0.1', '100.64.0.1', 'fd00::1'].every(isPrivate)).toBe(true);
  expect(['172.32.0.1', '8.8.8.8', '2001:db8::1', '127.0.0.1'].some(isPrivate)).toBe(false);
  const facts = hostFacts({ ...able });
  expect(Object.keys(capabilitiesOf(facts))).toHaveLength(12);
});
