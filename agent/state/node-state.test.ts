import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterId, NodeId } from '../../schema/ids.ts';
import type { Snapshot } from '../../schema/snapshot.ts';
import {
  ALLOWED,
  afterMeasuring,
  afterSnapshot,
  freshState,
  NodeStateFile,
  rememberedPeers,
  Standing,
  standingAt,
} from './node-state.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'state-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const [a, b] = [NodeId.parse(crypto.randomUUID()), NodeId.parse(crypto.randomUUID())];
const told = (version: number, neighbours: NodeId[]): Snapshot => ({
  cluster: ClusterId.parse(crypto.randomUUID()),
  node: NodeId.parse(crypto.randomUUID()),
  epoch: 1,
  version,
  roles: ['relay'],
  ca: '',
  signingKeys: { keys: [{ kty: 'OKP', crv: 'Ed25519', x: 'x', kid: 'k', alg: 'EdDSA', use: 'sig' }] },
  neighbours: neighbours.map((node) => ({
    node,
    roles: ['relay'],
    spki: 'x'.repeat(43),
    dial: true,
    endpoints: ['10.0.0.1:1'],
  })),
});

test('remembers since when it knows a peer, and forgets one that is no longer named', () => {
  const first = afterSnapshot(freshState(0), told(1, [a, b]), 100);
  const second = afterSnapshot(first, told(2, [a]), 200);
  expect(second.peers).toMatchObject([{ node: a, firstSeenAt: 100, lastSeenVersion: 2 }]);
  expect(second).toMatchObject({ version: 2, appliedAt: 200, roles: ['relay'] });
});

test('the version it applied never goes down', () => {
  const high = afterSnapshot(freshState(0), told(9, []), 1);
  expect(afterSnapshot(high, told(3, []), 2).version).toBe(9);
});

test('connected, degraded when nobody answers, isolated when its snapshot has expired', () => {
  const standing = (now: number, lastContactAt?: number, expiresAt?: number) =>
    standingAt(now, { lastContactAt, expiresAt }, 60);
  expect(standing(0)).toBe('starting');
  expect(standing(100, 90, 1_000)).toBe('connected');
  expect(standing(151, 90, 1_000)).toBe('degraded');
  expect(standing(10, undefined, 1_000)).toBe('degraded');
  expect(standing(1_000, 999, 1_000)).toBe('isolated');
});

test('a newer epoch counts its versions anew, an older one changes neither', () => {
  const second = afterSnapshot(afterSnapshot(freshState(0), told(9, []), 1), { ...told(3, []), epoch: 2 }, 2);
  expect(second).toMatchObject({ epoch: 2, version: 3 });
  expect(afterSnapshot(second, told(8, []), 3)).toMatchObject({ epoch: 2 });
});

test('partitioned while what answers follows an older epoch; then nothing new is taken, and what runs goes on', () => {
  const stale = { lastContactAt: 90, expiresAt: 1_000, isStale: true };
  expect(standingAt(100, stale, 60)).toBe('partitioned');
  expect(standingAt(200, stale, 60)).toBe('degraded');
  expect(standingAt(1_000, { ...stale, lastContactAt: 999 }, 60)).toBe('isolated');
  for (const standing of ['degraded', 'partitioned', 'isolated'] as const) {
    const { startsSessions, renews, takesTrust } = ALLOWED[standing];
    expect([startsSessions, renews, takesTrust]).toEqual([false, false, false]);
  }
  expect(Standing.options.filter((standing) => ALLOWED[standing].runs)).toEqual([
    'connected',
    'degraded',
    'partitioned',
  ]);
});

test('is found again, and begins anew when it is damaged', async () => {
  const file = new NodeStateFile(folder, 0);
  expect(await file.load()).toBe(false);
  await file.save(afterSnapshot(file.current, told(4, [a]), 7));
  const again = new NodeStateFile(folder, 0);
  expect(await again.load()).toBe(true);
  expect(again.current).toMatchObject({ version: 4, standing: 'starting' });
  for (const text of ['', '{', '{}', '[]', 'null']) {
    writeFileSync(join(folder, 'state.json'), text);
    const damaged = new NodeStateFile(folder, 0);
    expect(await damaged.load()).toBe(false);
    expect(damaged.current.version).toBe(0);
  }
});

test('what links measured of a peer outlives the process and a new snapshot, and only of a peer that is named', async () => {
  const known = afterSnapshot(freshState(0), told(1, [a]), 100);
  const peer = {
    roles: [],
    class: 'active' as const,
    lastSuccessAt: 90,
    latencyMs: 12,
    loss: 0.1,
    reliability: 0.8,
  };
  const report = {
    node: b,
    nat: 'open' as const,
    routes: [],
    flows: [],
    peers: [a, b].map((node) => ({ ...peer, node })),
  };
  const measured = afterMeasuring(known, [report]);
  await new NodeStateFile(folder, 0).save(afterSnapshot(measured, told(2, [a]), 200));
  const file = new NodeStateFile(folder, 0);
  expect(await file.load()).toBe(true);
  expect(rememberedPeers(file.current)).toEqual([
    { node: a, lastSuccessAt: 90, latencyMs: 12, loss: 0.1, reliability: 0.8 },
  ]);
});
