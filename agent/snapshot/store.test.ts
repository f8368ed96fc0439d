import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportJWK, generateKeyPair } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterId, NodeId } from '../../schema/ids.ts';
import { SigningKey, type Snapshot } from '../../schema/snapshot.ts';
import { signFor } from '../../schema/tokens/signed.ts';
import type { Identity } from '../identity/identity.ts';
import { SnapshotStore } from './store.ts';

const NOW = Date.UTC(2026, 3, 1);
const cluster = ClusterId.parse(crypto.randomUUID());
const node = NodeId.parse(crypto.randomUUID());

let folder: string;
let identity: Identity;
let sign: (version: number, to?: { cluster: ClusterId; node: NodeId }) => Promise<string>;
beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'snapshots-'));
  const pair = await generateKeyPair('EdDSA');
  const key = SigningKey.parse({ ...(await exportJWK(pair.publicKey)), kid: 'k', alg: 'EdDSA', use: 'sig' });
  const signingKeys = { keys: [key] };
  const seal = { pkcs8: new Uint8Array(), publicKey: new Uint8Array() };
  const nodeKey = { privateKey: pair.privateKey, pem: '', csr: '', seal, sealKey: '' };
  identity = { key: nodeKey, enrolment: { node, cluster, certificate: '', ca: '', signingKeys } };
  sign = (version, to = { cluster, node }) => {
    const body: Snapshot = { ...to, version, roles: ['relay'], ca: '', signingKeys, neighbours: [] };
    return signFor('snapshot', to, body, { key: pair.privateKey, kid: 'k' }, { now: NOW, seconds: 3600 });
  };
});
afterEach(() => rmSync(folder, { recursive: true }));

const store = () => new SnapshotStore(folder, () => identity);

test('keeps what it applied, and finds it again', async () => {
  expect((await store().apply(await sign(3), NOW)).version).toBe(3);
  expect((await store().load(NOW))?.version).toBe(3);
});

test('never goes back to an older one, nor applies the same twice', async () => {
  const snapshots = store();
  await snapshots.apply(await sign(3), NOW);
  for (const version of [3, 2])
    await expect(snapshots.apply(await sign(version), NOW)).rejects.toMatchObject({
      code: 'stale_generation',
    });
});

test("refuses another node's, another cluster's, and one that is too old", async () => {
  const others = [
    await sign(1, { cluster, node: NodeId.parse(crypto.randomUUID()) }),
    await sign(1, { cluster: ClusterId.parse(crypto.randomUUID()), node }),
  ];
  for (const text of others)
    await expect(store().apply(text, NOW)).rejects.toMatchObject({ code: 'token_invalid' });
  await expect(store().apply(await sign(1), NOW + 4_000_000)).rejects.toMatchObject({
    code: 'token_expired',
  });
});

test('a byte flipped on disk makes it as good as none', async () => {
  await store().apply(await sign(3), NOW);
  const path = join(folder, 'snapshot.jws');
  const text = readFileSync(path, 'utf8');
  for (const at of [0, 60, Math.floor(text.length / 2), text.length - 40]) {
    writeFileSync(path, text.slice(0, at) + (text[at] === 'A' ? 'B' : 'A') + text.slice(at + 1));
    expect(await store().load(NOW), `byte ${at}`).toBeUndefined();
  }
});
