/**
 * What each node is told, from what the control plane knows: pure, so that a test can ask for any node's view. Entries and service nodes dial relays;
 * a relay dials nobody; with no relay in the cluster a service node dials the entries.
 */
import type { ClusterId, NodeId } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Neighbour, SigningKey, Snapshot } from '../../schema/snapshot.ts';

export interface KnownNode {
  readonly id: NodeId;
  readonly roles: readonly NodeRole[];
  readonly spki: string;
  readonly endpoints: readonly string[];
}

export interface ClusterView {
  readonly cluster: ClusterId;
  readonly ca: string;
  readonly signingKeys: readonly SigningKey[];
  readonly origins: readonly string[];
  /** Neither revoked nor expired. */
  readonly nodes: readonly KnownNode[];
}

const MAX_RELAYS_DIALED = 8;

export function buildSnapshot(view: ClusterView, node: KnownNode, version: number): Snapshot {
  const has = (role: NodeRole) => node.roles.includes(role);
  return {
    cluster: view.cluster,
    node: node.id,
    version,
    roles: [...node.roles],
    ca: view.ca,
    signingKeys: { keys: [...view.signingKeys] },
    neighbours: neighbours(view, node),
    ...(has('entry') ? { origins: [...view.origins] } : {}),
  };
}

function neighbours(view: ClusterView, node: KnownNode): Neighbour[] {
  const others = view.nodes.filter(({ id }) => id !== node.id);
  const relays = others.filter(({ roles }) => roles.includes('relay'));
  const isRelay = node.roles.includes('relay');
  if (isRelay)
    return others.map((other) => neighbour(other, other.roles.includes('relay') && node.id > other.id));
  if (relays.length > 0) return relays.slice(0, MAX_RELAYS_DIALED).map((relay) => neighbour(relay, true));
  const across: NodeRole = node.roles.includes('service') ? 'entry' : 'service';
  const dial = across === 'entry';
  return others.filter(({ roles }) => roles.includes(across)).map((other) => neighbour(other, dial));
}

function neighbour({ id, roles, spki, endpoints }: KnownNode, dial: boolean): Neighbour {
  // Who does not dial has no need of the address.
  return { node: id, roles: [...roles], spki, dial, endpoints: dial ? [...endpoints] : [] };
}
