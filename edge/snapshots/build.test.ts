import { expect, test } from 'vitest';
import { ClusterId, NodeId } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { buildSnapshot, type ClusterView, type KnownNode } from './build.ts';

const known = (role: NodeRole): KnownNode => {
  const id = NodeId.parse(crypto.randomUUID());
  return {
    id,
    roles: [role],
    egressPools: [],
    spki: id.replaceAll('-', '').padEnd(43, 'x'),
    endpoints: role === 'service' ? [] : [`10.0.0.1:${id.length}`],
  };
};
const [entry, relay, service, other] = [known('entry'), known('relay'), known('service'), known('service')];
const view: ClusterView = {
  cluster: ClusterId.parse(crypto.randomUUID()),
  epoch: 1,
  ca: 'pem',
  signingKeys: [],
  origins: ['https://console.test'],
  nodes: [entry, relay, service, other],
};
const of = (node: KnownNode, nodes = view.nodes) => buildSnapshot({ ...view, nodes }, node, 1);

test('entries and service nodes dial relays and know nobody else', () => {
  for (const node of [entry, service]) {
    expect(of(node).neighbours).toEqual([
      { node: relay.id, roles: ['relay'], spki: relay.spki, dial: true, endpoints: relay.endpoints },
    ]);
  }
});

test('a relay accepts its neighbours without their addresses, and holds no origin, resource, user or credential', () => {
  const snapshot = of(relay);
  expect(snapshot.neighbours.map(({ node, dial, endpoints }) => [node, dial, endpoints])).toEqual([
    [entry.id, false, []],
    [service.id, false, []],
    [other.id, false, []],
  ]);
  expect(Object.keys(snapshot).sort()).toEqual([
    'ca',
    'cluster',
    'epoch',
    'neighbours',
    'node',
    'roles',
    'signingKeys',
    'version',
  ]);
});

test('without a relay the service node dials the entry', () => {
  const nodes = [entry, service];
  expect(of(service, nodes).neighbours).toMatchObject([{ node: entry.id, dial: true }]);
  expect(of(entry, nodes).neighbours).toMatchObject([{ node: service.id, dial: false, endpoints: [] }]);
});

test('a service node is told of its own egress pools and of no other; nobody else of any', () => {
  const mine = { ...service, egressPools: ['mine'] };
  const nodes = [entry, relay, mine, { ...other, egressPools: ['theirs'] }];
  expect(of(mine, nodes).egressPools).toEqual(['mine']);
  for (const node of [entry, relay]) expect(of(node, nodes).egressPools).toBeUndefined();
  for (const node of [entry, relay, mine]) expect(JSON.stringify(of(node, nodes))).not.toContain('theirs');
});

test('only an entry is told which web origins may attach', () => {
  expect(of(entry).origins).toEqual(view.origins);
  expect(of(service).origins).toBeUndefined();
});
