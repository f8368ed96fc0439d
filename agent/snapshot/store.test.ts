import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterId, NodeId } from '../../schema/ids.ts';
import { MAX_SNAPSHOT_CHARS } from '../../schema/tokens/snapshot.ts';
import type { Identity } from '../identity/identity.ts';
import { SnapshotStore } from './store.ts';
import { NOW, type TestCluster, testCluster } from './test-cluster.ts';

let folder: string;
let home: TestCluster;
let identity: Identity;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapshots-'));
  home = await testCluster();
  identity = home.identity;
});
afterEach(() => rmSync(folder, { recursive: true }));

const path = () => join(folder, 'snapshot.jws');
const store = (floor = 0) =>
  new SnapshotStore({
    data: folder,
    identity: () => identity,
    floor: () => ({ epoch: 1, version: floor }),
    trust: async (signingKeys) => {
      identity = { ...identity, enrolment: { ...identity.enrolment, signingKeys } };
    },
  });
const apply = async (snapshots: SnapshotStore, text: string, now = NOW) =>
  (await snapshots.apply(text, now)).snapshot.version;

test('keeps what it applied, and finds it again', async () => {
  expect(await apply(store(), await home.sign(3))).toBe(3);
  expect((await store().load(NOW))?.version).toBe(3);
});

test('never goes back to an older one, nor applies the same twice', async () => {
  const snapshots = store();
  await apply(snapshots, await home.sign(3));
  for (const version of [3, 2])
    await expect(snapshots.apply(await home.sign(version), NOW)).rejects.toMatchObject({
      code: 'stale_generation',
    });
});

test('the same version said again later lives longer, and is not an older one', async () => {
  const snapshots = store();
  await apply(snapshots, await home.sign(3));
  const again = await home.sign(3, {}, { now: NOW + 1_800_000 });
  expect(await snapshots.apply(again, NOW + 1_800_000)).toMatchObject({ how: 'again' });
  expect(snapshots.expiresAt).toBe(NOW + 5_400_000);
});

test('a lost or older file does not open the way to an older snapshot', async () => {
  const old = await home.sign(4);
  writeFileSync(path(), old);
  const snapshots = store(5);
  expect(await snapshots.load(NOW)).toBeUndefined();
  await expect(snapshots.apply(old, NOW)).rejects.toMatchObject({ code: 'stale_generation' });
  // The one that was lost is what the control plane gives again.
  expect(await apply(snapshots, await home.sign(5))).toBe(5);
});

test("refuses another node's, another cluster's, one that is too old, too large or lives too long", async () => {
  const refused: [string, string][] = [
    ['token_wrong_node', await home.sign(1, {}, { node: NodeId.parse(crypto.randomUUID()) })],
    ['token_wrong_cluster', await home.sign(1, {}, { cluster: ClusterId.parse(crypto.randomUUID()) })],
    ['token_wrong_node', await home.sign(1, { node: NodeId.parse(crypto.randomUUID()) })],
    ['token_wrong_cluster', await home.sign(1, { cluster: ClusterId.parse(crypto.randomUUID()) })],
    ['token_expired', await home.sign(1, {}, { now: NOW - 4_000_000 })],
    ['token_invalid', await home.sign(1, {}, { now: NOW + 2 * 3_600_000 })],
    ['token_invalid', await home.sign(1, {}, { seconds: 10 * 86_400 })],
    ['token_invalid', await (await testCluster()).sign(1)],
    ['token_invalid', 'nonsense'],
    ['token_invalid', ''],
    ['too_large', 'a'.repeat(MAX_SNAPSHOT_CHARS + 1)],
  ];
  for (const [code, text] of refused)
    await expect(store().apply(text, NOW), code).rejects.toMatchObject({ code });
});

test('every bit that is flipped, on the way or on disk, makes it as good as none', async () => {
  const text = Buffer.from(await home.sign(3));
  const snapshots = store();
  for (let at = 0; at < text.length; at += 1) {
    for (let bit = 0; bit < 8; bit += 1) {
      const changed = Buffer.from(text);
      changed[at] = (changed[at] ?? 0) ^ (1 << bit);
      const refused = await snapshots.apply(changed.toString('utf8'), NOW).catch((error: unknown) => error);
      expect(refused, `bit ${bit} of byte ${at}`).toMatchObject({ code: 'token_invalid' });
    }
    const onDisk = Buffer.from(text);
    onDisk[at] = (onDisk[at] ?? 0) ^ 1;
    writeFileSync(path(), onDisk);
    expect(await store().load(NOW), `byte ${at} on disk`).toBeUndefined();
  }
});

test('a write that stops at any byte leaves the old one; a file that is cut at any byte is as good as none', async () => {
  const [old, next] = [await home.sign(1), await home.sign(2)];
  for (let length = 0; length < next.length; length += 1) {
    writeFileSync(path(), old);
    writeFileSync(`${path()}.new`, next.slice(0, length));
    expect((await store().load(NOW))?.version, `stopped at ${length}`).toBe(1);
    writeFileSync(path(), next.slice(0, length));
    expect(await store().load(NOW), `cut at ${length}`).toBeUndefined();
  }
  // What a stopped write left beside does not disturb the next.
  writeFileSync(path(), old);
  const snapshots = store();
  await snapshots.load(NOW);
  expect(await apply(snapshots, next)).toBe(2);
});

test('killed in the middle of writing, again and again, it is always one of those that were applied', async () => {
  const texts = await Promise.all(Array.from({ length: 40 }, (_, at) => home.sign(at + 1)));
  const writer = fileURLToPath(new URL('./test-writer.ts', import.meta.url));
  const start = (): ChildProcess =>
    spawn(process.execPath, [writer, path()], { stdio: ['pipe', 'pipe', 'inherit'] });
  for (let run = 0; run < 8; run += 1) {
    const child = start();
    child.stdin?.on('error', () => {});
    child.stdin?.end(JSON.stringify(texts));
    if (child.stdout) await once(child.stdout, 'data');
    await sleep(run * 7);
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
    const version = (await store().load(NOW))?.version;
    expect(version, `run ${run}`).toBeGreaterThanOrEqual(1);
    expect(readFileSync(path(), 'utf8')).toBe(texts[(version ?? 0) - 1]);
  }
});

test('keys are replaced by a snapshot that the old key signed, and what it signed is found again', async () => {
  const next = await testCluster('k2');
  const snapshots = store();
  const keys = { keys: [next.signingKey] };
  await apply(snapshots, await home.sign(2, { signingKeys: keys }));
  expect(identity.enrolment.signingKeys.keys.map(({ kid }) => kid)).toEqual(['k2', 'k']);
  expect((await store().load(NOW))?.version).toBe(2);
  const by = { cluster: home.cluster, node: home.node };
  await apply(snapshots, await next.sign(3, { signingKeys: keys }, by));
  // The old key has had its last word.
  expect(identity.enrolment.signingKeys.keys.map(({ kid }) => kid)).toEqual(['k2']);
  await expect(snapshots.apply(await home.sign(4), NOW)).rejects.toMatchObject({ code: 'token_invalid' });
});
