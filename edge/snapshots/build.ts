/**
 * What each node is told, from what the control plane knows: pure, so that a test can ask for any node's view. Entries and service nodes dial relays;
 * a relay dials nobody but relays; with no relay in the cluster a service node dials the entries.
 */
import type { ClusterId, NodeId } from '../../schema/ids.ts';
import type { NodeRole } from '../../schema/roles.ts';
import type { Neighbour, SigningKey, Snapshot } from '../../schema/snapshot.ts';

export interface KnownNode {
  readonly id: NodeId;
  readonly roles: readonly NodeRole[];
  readonly spki: string;
  readonly endpoints: readonly string[];
  readonly egressPools: readonly string[];
}

export interface ClusterView {
  readonly cluster: ClusterId;
  readonly epoch: number;
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
    epoch: view.epoch,
    version,
    roles: [...node.roles],
    ca: view.ca,
    signingKeys: { keys: [...view.signingKeys] },
    neighbours: neighbourhood(view.nodes)(node),
    ...(has('entry') ? { origins: [...view.origins] } : {}),
    ...(has('service') ? { egressPools: [...node.egressPools] } : {}),
  };
}

export const isRelay = ({ roles }: KnownNode): boolean => roles.includes('relay');

/** Who is told of whom, among these; asked for one node after the other, it looks at each other node once. */
export function neighbourhood(nodes: readonly KnownNode[]): (node: KnownNode) => Neighbour[] {
  const relays = nodes.filter(isRelay);
  const chosen = new Map<NodeId, readonly KnownNode[]>();
  const dialedBy = (node: KnownNode) => {
    const known = chosen.get(node.id) ?? relaysOf(node, relays);
    chosen.set(node.id, known);
    return known;
  };
  return (node) => {
    const others = nodes.filter(({ id }) => id !== node.id);
    if (isRelay(node))
      return others
        .filter((other) => isRelay(other) || dialedBy(other).some(({ id }) => id === node.id))
        .map((other) => neighbour(other, isRelay(other) && node.id > other.id));
    if (relays.length > 0) return dialedBy(node).map((relay) => neighbour(relay, true));
    const across: NodeRole = node.roles.includes('service') ? 'entry' : 'service';
    const dial = across === 'entry';
    return others.filter(({ roles }) => roles.includes(across)).map((other) => neighbour(other, dial));
  };
}

/**
 * All, while they are few. Else those that weigh most for this node (rendezvous hashing, Thaler and Ravishankar 1998): a relay that comes or goes moves only the nodes that
 * choose it.
 */
function relaysOf(node: KnownNode, relays: readonly KnownNode[]): readonly KnownNode[] {
  if (relays.length <= MAX_RELAYS_DIALED) return relays;
  return relays
    .map((relay) => ({ relay, weight: weightOf(`${node.id}${relay.id}`) }))
    .sort((a, b) => b.weight - a.weight || (a.relay.id < b.relay.id ? -1 : 1))
    .slice(0, MAX_RELAYS_DIALED)
    .map(({ relay }) => relay);
}

/** FNV-1a, 32 bits, with MurmurHash3's finalizer: spreads, and guards nothing. */
function weightOf(text: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < text.length; at += 1) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  hash = Math.imul(hash ^ (hash >>> 16), 0x85ebca6b);
  hash = Math.imul(hash ^ (hash >>> 13), 0xc2b2ae35);
  return (hash ^ (hash >>> 16)) >>> 0;
}

function neighbour({ id, roles, spki, endpoints }: KnownNode, dial: boolean): Neighbour {
  // Who does not dial has no need of the address.
  return { node: id, roles: [...roles], spki, dial, endpoints: dial ? [...endpoints] : [] };
}
