/** Increments from whoever sits on the way: each is genuine somewhere, none is applied where it does not follow. */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { NodeId } from '../../schema/ids.ts';
import type { Neighbour } from '../../schema/snapshot.ts';
import type { Identity } from '../identity/identity.ts';
import { SnapshotStore } from './store.ts';
import { NOW, type TestCluster, testCluster } from './test-cluster.ts';

let folder: string;
let home: TestCluster;
let identity: Identity;
let snapshots: SnapshotStore;

const path = () => join(folder, 'snapshot.jws');
const neighbour = (): Neighbour => ({
  node: NodeId.parse(crypto.randomUUID()),
  roles: ['entry'],
  spki: 'x'.repeat(43),
  dial: false,
  endpoints: [],
});
const [a, b, c] = [neighbour(), neighbour(), neighbour()];
const open = (floor = { epoch: 0, version: 0 }) =>
  new SnapshotStore({ data: folder, identity: () => identity, floor: () => floor });

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'increments-'));
  home = await testCluster();
  identity = home.identity;
  snapshots = open();
  await snapshots.apply(await home.sign(10, { neighbours: [a, b] }), NOW);
});
afterEach(() => rmSync(folder, { recursive: true }));

/** @returns the code it was refused with; nothing has changed then */
async function hear(text: string): Promise<string> {
  const [before, held] = [readFileSync(path(), 'utf8'), snapshots.current];
  try {
    await snapshots.applyIncrement(text, NOW);
    return 'APPLIED';
  } catch (error) {
    expect(readFileSync(path(), 'utf8')).toBe(before);
    expect(snapshots.current).toBe(held);
    return error instanceof Error && 'code' in error ? String(error.code) : 'other';
  }
}

test('one that follows is applied, kept, and found again', async () => {
  expect(await hear(await home.step(10, 12, { put: [c], drop: [a.node] }))).toBe('APPLIED');
  expect(await hear(await home.step(12, 13, { put: [{ ...b, roles: ['relay'] }] }))).toBe('APPLIED');
  const wanted = { version: 13, neighbours: [{ ...b, roles: ['relay'] }, c] };
  expect(snapshots.current).toMatchObject(wanted);
  expect(await open().load(NOW)).toMatchObject(wanted);
  expect(await open({ epoch: 1, version: 14 }).load(NOW)).toBeUndefined();
});

test('replayed, reordered, left out, downgraded, of another epoch', async () => {
  const [first, second, third] = [await home.step(10, 11), await home.step(11, 12), await home.step(12, 13)];
  expect(await hear(second)).toBe('snapshot_gap');
  expect(await hear(first)).toBe('APPLIED');
  expect(await hear(first)).toBe('stale_generation');
  expect(await hear(third)).toBe('snapshot_gap');
  expect(await hear(second)).toBe('APPLIED');
  for (const version of [9, 10, 11, 12])
    expect(await hear(await home.step(8, version))).toBe('stale_generation');
  // Begins before what is held and ends after it.
  expect(await hear(await home.step(10, 20))).toBe('snapshot_gap');
  expect(await hear(await home.step(12, 13, { epoch: 2 }))).toBe('snapshot_gap');
  for (const to of [12, 11]) expect(await hear(await home.step(12, to))).toBe('token_invalid');
});

test("another node's, another cluster's, another kind, expired", async () => {
  const stranger = await testCluster();
  expect(await hear(await home.step(10, 11, {}, { node: stranger.node }))).toBe('token_wrong_node');
  expect(await hear(await home.step(10, 11, { node: stranger.node }))).toBe('token_wrong_node');
  expect(await hear(await home.step(10, 11, {}, { cluster: stranger.cluster }))).toBe('token_wrong_cluster');
  expect(await hear(await home.step(10, 11, { cluster: stranger.cluster }))).toBe('token_wrong_cluster');
  const by = { node: home.node, cluster: home.cluster };
  expect(await hear(await stranger.step(10, 11, {}, by))).toBe('token_invalid');
  expect(await hear(await home.step(10, 11, {}, { now: NOW - 5_000_000 }))).toBe('token_expired');
  // A whole one is no increment, and an increment no whole one.
  expect(await hear(await home.sign(11))).toBe('token_invalid');
  await expect(snapshots.apply(await home.step(10, 11), NOW)).rejects.toMatchObject({
    code: 'token_invalid',
  });
});

test('cut, spliced, or any one bit flipped', async () => {
  const [text, other] = [await home.step(10, 11, { put: [c] }), await home.step(10, 11, { drop: [a.node] })];
  const whole = await home.sign(11);
  for (let cut = 0; cut < text.length; cut += 1) expect(await hear(text.slice(0, cut))).toBe('token_invalid');
  const parts = [text, other, whole].map((one) => one.split('.'));
  for (const [h, head] of parts.entries())
    for (const [p, payload] of parts.entries())
      for (const [s, signature] of parts.entries()) {
        if (h < 2 && p < 2 && p === s) continue;
        const spliced = [head[0], payload[1], signature[2]].join('.');
        expect(await hear(spliced), `${h}${p}${s}`).toBe('token_invalid');
      }
  for (let at = 0; at < text.length; at += 1) {
    const changed = Buffer.from(text);
    changed[at] = (changed[at] ?? 0) ^ (1 << (at % 8));
    expect(await hear(changed.toString('utf8')), `byte ${at}`).toBe('token_invalid');
  }
});

test('on disk: an increment that is cut, changed, left out or moved makes the whole file as good as none', async () => {
  for (const [from, to] of [
    [10, 11],
    [11, 12],
  ] as const)
    await snapshots.applyIncrement(await home.step(from, to, { put: [c] }), NOW);
  const [whole, first, second] = readFileSync(path(), 'utf8').split('\n');
  const wrong = [
    [whole, second],
    [whole, second, first],
    [whole, first, first],
    [first, second],
    [whole, first, second?.slice(0, -1)],
    [whole, first, second, ''],
  ];
  for (const lines of wrong) {
    writeFileSync(path(), lines.join('\n'));
    expect(await open().load(NOW)).toBeUndefined();
  }
});

test('after one was refused the whole is wanted, and after many; a whole one ends that', async () => {
  expect(snapshots.takesIncrements).toBe(true);
  await hear(await home.step(11, 12));
  expect(snapshots.takesIncrements).toBe(false);
  await snapshots.apply(await home.sign(12), NOW);
  expect(snapshots.takesIncrements).toBe(true);
  for (let from = 12; snapshots.takesIncrements && from < 100; from += 1)
    await snapshots.applyIncrement(await home.step(from, from + 1), NOW);
  expect(snapshots.current?.version).toBe(44);
});

test('a newer authority counts anew, and the older has nothing more to say', async () => {
  await snapshots.apply(await home.sign(4, { epoch: 2 }), NOW);
  expect(snapshots.current).toMatchObject({ epoch: 2, version: 4 });
  await expect(snapshots.apply(await home.sign(99), NOW)).rejects.toMatchObject({ code: 'authority_stale' });
  expect(await hear(await home.step(4, 5))).toBe('authority_stale');
  expect(await hear(await home.step(4, 5, { epoch: 2 }))).toBe('APPLIED');
  // Nor by way of the disk: the epoch is remembered apart.
  writeFileSync(path(), await home.sign(99));
  expect(await open({ epoch: 2, version: 5 }).load(NOW)).toBeUndefined();
});
