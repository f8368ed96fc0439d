/** For tests: nodes, neighbours and metrics with nothing wrong with them. */
import { ClusterId, NodeId } from '../../schema/ids.ts';
import type { NeighbourFacts } from './filter.ts';
import { type PathMetric, UNMEASURED } from './metric.ts';

export const CLUSTER = ClusterId.parse('00000000-0000-4000-8000-000000000000');

/** The same number, the same node. */
export const nodeOf = (number: number) =>
  NodeId.parse(`00000000-0000-4000-8000-${String(number).padStart(12, '0')}`);

export const metric = (rttMs: number, rest: Partial<PathMetric> = {}): PathMetric => ({
  ...UNMEASURED,
  rttMs,
  ...rest,
});

export const neighbour = (node: NodeId, rttMs = 1, rest: Partial<NeighbourFacts> = {}): NeighbourFacts => ({
  node,
  cluster: CLUSTER,
  roles: ['relay'],
  isTrusted: true,
  certifiedUntil: Number.MAX_SAFE_INTEGER,
  standing: 'fine',
  metric: metric(rttMs),
  isFailing: false,
  failures: 0,
  ...rest,
});
