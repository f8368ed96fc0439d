import { expect, test } from 'vitest';
import { NodeId, SessionId } from '../../schema/ids.ts';
import type { NetworkReport } from '../../schema/network-report.ts';
import { explain, flowsText, peersText, routesText } from './node-commands.ts';

const node = (n: number) => NodeId.parse(`00000000-0000-4000-8000-00000000000${n}`);
const session = SessionId.parse(crypto.randomUUID());
const metric = { rttMs: 12, jitterMs: 0, loss: 0, load: 0, mbps: 0 };
const report: NetworkReport = {
  node: node(0),
  nat: 'open',
  peers: [{ node: node(1), roles: ['relay'], class: 'active', latencyMs: 12, loss: 0.01, reliability: 0.9 }],
  routes: [
    {
      to: node(3),
      want: 'latency',
      next: node(1),
      ways: [
        { path: [node(1), node(3)], metric, cost: 14, parts: { rtt: 12, hop: 2, load: 0 } },
        { path: [node(2), node(3)], metric, barred: 'draining' },
      ],
    },
  ],
  flows: [{ link: node(1), to: node(3), class: 0, opened: true, since: 1, sent: 10, received: 20, session }],
};
const networks = [{ role: 'entry', report }];

test('peers, routes and flows name what they are about', () => {
  expect(peersText(networks)).toContain('active');
  expect(routesText(networks)).toContain('000000000001 > 000000000003');
  expect(flowsText(networks)).toContain(node(3));
});

test('explains a session by the flows that begin here, with each way that was weighed', () => {
  const [explained] = explain(networks, session);
  expect(explained?.flows).toHaveLength(1);
  expect(explained?.routes[0]?.ways.map(({ barred, cost }) => barred ?? cost)).toEqual([14, 'draining']);
  expect(explain(networks, node(3))).toHaveLength(1);
});

test('refuses what is no id, and says where to ask for what is not here', () => {
  expect(() => explain(networks, 'demo')).toThrow(expect.objectContaining({ code: 'bad_request' }));
  expect(() => explain(networks, crypto.randomUUID())).toThrow(
    expect.objectContaining({ code: 'not_found' }),
  );
});
