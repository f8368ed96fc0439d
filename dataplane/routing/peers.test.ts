import { expect, test } from 'vitest';
import type { NodeRole } from '../../schema/roles.ts';
import { ACTIVE_PEERS, type KnownPeer, PeerBook, type PeerMemory, REST_MS } from './peers.ts';
import { nodeOf } from './test-nodes.ts';

const peer = (n: number, role: NodeRole = 'relay'): KnownPeer => ({
  node: nodeOf(n),
  roles: [role],
  dial: true,
});
const relays = (count: number) => Array.from({ length: count }, (_, n) => peer(n + 1));

function book(
  known: KnownPeer[],
  remembered: PeerMemory[] = [],
  roles: NodeRole[] = ['entry'],
  self = nodeOf(999),
) {
  const made = new PeerBook(self, remembered, () => 1);
  made.know(known, roles);
  return made;
}

test.each<[NodeRole[], number]>([
  [['entry'], ACTIVE_PEERS.normal],
  [['relay'], ACTIVE_PEERS.core],
  [[], ACTIVE_PEERS.thin],
])('a node with the roles %j aims at %i active peers of many', (roles, count) => {
  expect(book(relays(40), [], roles).wanted(0)).toHaveLength(count);
});

test('dials nobody it is not to dial, and who is no relay whatever the count', () => {
  const known = [...relays(10), ...[20, 21, 22].map((n) => peer(n, 'service')), { ...peer(30), dial: false }];
  const wanted = book(known).wanted(0);
  expect(wanted).toEqual(expect.arrayContaining([nodeOf(20), nodeOf(21), nodeOf(22)]));
  expect(wanted).not.toContain(nodeOf(30));
});

test('when links are missing: known good ones by what was measured, then those known from the snapshot only', () => {
  const remembered = [
    { node: nodeOf(1), lastSuccessAt: 5, latencyMs: 90, loss: 0, reliability: 0.9 },
    { node: nodeOf(2), lastSuccessAt: 5, latencyMs: 10, loss: 0, reliability: 0.9 },
    { node: nodeOf(3), lastSuccessAt: 5, latencyMs: 10, loss: 0.5, reliability: 0.9 },
  ];
  const peers = book(relays(6), remembered);
  expect(peers.wanted(0).slice(0, 3)).toEqual([nodeOf(2), nodeOf(1), nodeOf(3)]);
  expect(peers.classOf(nodeOf(1))).toBe('warm');
  expect(peers.classOf(nodeOf(6))).toBe('bootstrap');
});

test('a lost active peer is replaced at once by a warm one, and tried again itself after its rest', () => {
  const peers = book(relays(6));
  for (const node of peers.wanted(0)) peers.linked(node, 0);
  expect(peers.wanted(0)).toEqual([]);
  const [first] = [nodeOf(1)];
  peers.lost(first, 100, false);
  expect(peers.classOf(first)).toBe('warm');
  const [next] = peers.wanted(100);
  expect(next).not.toBe(first);
  peers.trying(next as typeof first);
  expect(peers.wanted(100)).toEqual([]);
  peers.failed(next as typeof first, 100);
  expect(peers.wanted(100 + REST_MS.first)).toContain(first);
});

test('whoever fails again and again is left in peace for longer, up to a bound, and is forgotten when no longer named', () => {
  const peers = book([peer(1)]);
  let now = 0;
  const rests: number[] = [];
  for (let n = 0; n < 12; n += 1) {
    peers.trying(nodeOf(1));
    peers.failed(nodeOf(1), now);
    const next = peers.nextAt() ?? 0;
    rests.push(next - now);
    now = next;
    expect(peers.wanted(now)).toEqual([nodeOf(1)]);
  }
  expect(rests.slice(0, 3)).toEqual([100, 200, 400]);
  expect(rests.at(-1)).toBe(REST_MS.most);
  peers.know([], ['entry']);
  expect(peers.memory()).toEqual([]);
});

test('relays that each prefer others still hang together: every one holds on to the one before it', () => {
  const all = relays(60);
  for (const [at, { node: self }] of all.entries()) {
    const known = all.filter(({ node }) => node !== self).map((one) => ({ ...one, dial: self > one.node }));
    const wanted = book(known, [], ['relay'], self).wanted(0);
    if (at > 0) expect(wanted).toContain(all[at - 1]?.node);
    expect(wanted.length).toBeLessThanOrEqual(ACTIVE_PEERS.core);
  }
});
