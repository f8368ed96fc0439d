import { beforeAll, expect, test } from 'vitest';
import { ClusterId, NodeId, nodeUri } from '../../schema/ids.ts';
import type { Neighbour } from '../../schema/snapshot.ts';
import { type TestAuthority, type TestLeaf, testAuthority } from '../quic/test-identity.ts';
import { identifyPeer } from './identity.ts';

const cluster = ClusterId.parse(crypto.randomUUID());
const node = NodeId.parse(crypto.randomUUID());
const neighbour = (leaf: TestLeaf): Neighbour => ({
  node,
  roles: ['relay'],
  spki: leaf.spki,
  dial: true,
  endpoints: [],
});

let authority: TestAuthority;
let genuine: TestLeaf;
beforeAll(async () => {
  authority = await testAuthority();
  genuine = await authority.issue(nodeUri(cluster, node));
});

test('knows the neighbour by its certificate', () => {
  expect(
    identifyPeer(genuine.der, { cluster, ca: authority.ca }, [neighbour(genuine)], Date.now())?.node,
  ).toBe(node);
});

test('refuses no certificate, noise, and a key that the snapshot does not name', async () => {
  const other = await authority.issue(nodeUri(cluster, node));
  const trust = { cluster, ca: authority.ca };
  for (const der of [undefined, new Uint8Array(40), other.der]) {
    expect(identifyPeer(der, trust, [neighbour(genuine)], Date.now())).toBeUndefined();
  }
});

test("refuses another cluster's authority, another name, and a certificate before or after its time", async () => {
  const foreign = await (await testAuthority()).issue(nodeUri(cluster, node));
  const renamed = await authority.issue(nodeUri(cluster, NodeId.parse(crypto.randomUUID())));
  const elsewhere = await authority.issue(nodeUri(ClusterId.parse(crypto.randomUUID()), node));
  const expired = await authority.issue(nodeUri(cluster, node), { from: -9, to: -1 });
  const early = await authority.issue(nodeUri(cluster, node), { from: 1, to: 9 });
  for (const leaf of [foreign, renamed, elsewhere, expired, early]) {
    expect(
      identifyPeer(leaf.der, { cluster, ca: authority.ca }, [neighbour(leaf)], Date.now()),
    ).toBeUndefined();
  }
});

test('while a cluster exchanges its authority both are trusted, and only those two', async () => {
  const next = await testAuthority();
  const other = await testAuthority();
  const uri = nodeUri(cluster, node);
  const [renewed, foreign] = [await next.issue(uri), await other.issue(uri)];
  const known = (leaf: TestLeaf, ca: string) =>
    identifyPeer(leaf.der, { cluster, ca }, [neighbour(leaf)], Date.now())?.node;
  const both = `${next.ca.trim()}\n${authority.ca.trim()}\n`;
  expect([genuine, renewed, foreign].map((leaf) => known(leaf, both))).toEqual([node, node, undefined]);
  expect([genuine, renewed].map((leaf) => known(leaf, next.ca))).toEqual([undefined, node]);
});
