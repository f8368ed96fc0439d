/** Hard rules: what they refuse no score brings back. Pure. */
import type { ClusterId, NodeId, OrgId } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import { MAX_RELAYS, type NodeStanding } from '../../schema/wire/link.ts';
import type { PathMetric } from './metric.ts';

/** A neighbour as this node knows it: from the snapshot, its certificate, its hello, and what was measured. */
export interface NeighbourFacts {
  readonly node: NodeId;
  readonly cluster: ClusterId;
  readonly roles: readonly NodeRole[];
  /** The snapshot names it, and its certificate showed the key named there. */
  readonly isTrusted: boolean;
  /** When its certificate ends, milliseconds since the epoch. */
  readonly certifiedUntil: number;
  /** What it says of itself. */
  readonly standing: NodeStanding;
  /** Serves these organizations only; undefined: all of the cluster. */
  readonly orgs?: ReadonlySet<OrgId>;
  readonly region?: string;
  readonly metric: PathMetric;
  /** It does not answer at the moment. */
  readonly isFailing: boolean;
  readonly failures: number;
}

export interface Candidate {
  readonly next: NeighbourFacts;
  /** The neighbour first, the destination last. */
  readonly path: readonly NodeId[];
  readonly metric: PathMetric;
}

/** A flow that looks for its way. */
export interface Asking {
  readonly to: NodeId;
  /** Nodes it has passed. */
  readonly via: readonly NodeId[];
  readonly org?: OrgId;
}

export interface Here {
  readonly node: NodeId;
  readonly cluster: ClusterId;
  readonly region?: string;
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export type Barred =
  | 'other_cluster'
  | 'not_trusted'
  | 'certificate_ended'
  | 'other_organization'
  | 'not_a_relay'
  | 'draining'
  | 'partitioned'
  | 'passed_already'
  | 'too_long';

/** @returns why a candidate may not be taken; undefined when it may */
export function barred({ next, path }: Candidate, { to, via, org }: Asking, here: Here): Barred | undefined {
  const isEnd = next.node === to;
  if (next.cluster !== here.cluster) return 'other_cluster';
  if (!next.isTrusted) return 'not_trusted';
  if (next.certifiedUntil <= here.now) return 'certificate_ended';
  if (org !== undefined && next.orgs && !next.orgs.has(org)) return 'other_organization';
  if (!isEnd && !next.roles.includes('relay')) return 'not_a_relay';
  if (next.standing === 'isolated') return 'partitioned';
  // Who drains takes nothing new to carry on; what ends there is for itself to refuse.
  if (!isEnd && next.standing === 'draining') return 'draining';
  if (path.includes(here.node) || path.some((node) => via.includes(node))) return 'passed_already';
  // The entry and the destination are no relays.
  if (via.length + path.length > MAX_RELAYS + 2) return 'too_long';
  return undefined;
}
