/** What a node says of its links, peers, routes and flows: bounded, without a person's or an organization's name. */

import type { TrafficClass } from '../../schema/channel.ts';
import type { NodeId } from '../../schema/ids.ts';
import { MAX_REPORTED, type NetworkReport } from '../../schema/network-report.ts';
import type { Neighbour } from '../../schema/snapshot.ts';
import type { Link } from '../link/link.ts';
import type { PeerBook } from '../routing/peers.ts';
import { WANT_OF } from '../routing/score.ts';
import type { Nat } from '../routing/shortcut.ts';
import type { Reach } from './reach.ts';

export type { NetworkReport };

interface Known {
  readonly node: NodeId;
  readonly nat: Nat;
  readonly links: readonly Link[];
  readonly peers: PeerBook;
  readonly reach: Reach;
  readonly neighbours: readonly Neighbour[];
}

/** One class of each want: the others of it go the same way. */
const ASKED = [0, 2, 5] as const satisfies readonly TrafficClass[];

export function reportOf({ node, nat, links, peers, reach, neighbours }: Known): NetworkReport {
  const linkOf = new Map(links.map((link) => [link.peer, link]));
  const memory = new Map(peers.memory().map((known) => [known.node, known]));
  return {
    node,
    nat,
    peers: neighbours.slice(0, MAX_REPORTED.peers).map(({ node: peer, roles }) => {
      const link = linkOf.get(peer);
      const { lastSuccessAt, latencyMs, loss, reliability = 0.5 } = memory.get(peer) ?? {};
      return {
        node: peer,
        roles: [...roles],
        class: peers.classOf(peer),
        reliability,
        ...(lastSuccessAt === undefined ? {} : { lastSuccessAt }),
        ...(latencyMs === undefined ? {} : { latencyMs }),
        ...(loss === undefined ? {} : { loss }),
        ...(link?.isUp
          ? {
              link: {
                since: link.since,
                standing: link.standing,
                failing: link.isFailing,
                flows: link.flows.size,
                metric: link.metric,
                ...(link.seenFrom === undefined ? {} : { seenFrom: link.seenFrom }),
              },
            }
          : {}),
      };
    }),
    routes: reach
      .destinations()
      .slice(0, MAX_REPORTED.destinations)
      .flatMap((to) =>
        ASKED.map((asked) => ({
          to,
          want: WANT_OF[asked],
          ...keptOf(reach, to, asked),
          ways: reach
            .explain(to, asked)
            .slice(0, MAX_REPORTED.ways)
            .map(({ candidate, barred, cost, parts }) => ({
              path: [...candidate.path],
              metric: candidate.metric,
              ...(barred === undefined ? {} : { barred }),
              ...(cost === undefined ? {} : { cost }),
              ...(parts === undefined ? {} : { parts }),
            })),
        })),
      ),
    flows: links
      .flatMap((link) =>
        [...link.flows].map(({ info, sent, received }) => ({
          link: link.peer,
          to: info.to,
          class: info.class,
          opened: info.isOurs,
          since: info.since,
          sent,
          received,
          ...(info.session === undefined ? {} : { session: info.session }),
        })),
      )
      .slice(0, MAX_REPORTED.flows),
  };
}

function keptOf(reach: Reach, to: NodeId, asked: TrafficClass): { next?: NodeId; since?: number } {
  const kept = reach.kept().find((one) => one.to === to && one.want === WANT_OF[asked]);
  return kept ? { next: kept.next, since: kept.since } : {};
}
