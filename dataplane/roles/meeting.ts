/**
 * Direct links between nodes that have no address for each other: a relay that both link to tells each where it sees the other come from, and both send to there at the same moment from
 * the port of their links, so that a NAT on either side takes the other's packets for answers (hole punching). Who may meet is what the snapshot says; a relay can only fail to help.
 */
import type { NodeId } from '../../schema/ids.ts';
import type { Neighbour } from '../../schema/snapshot.ts';
import type { LinkMeet } from '../../schema/wire/link.ts';
import type { Link } from '../link/link.ts';
import type { QuicEndpoint, TlsIdentity } from '../quic/quic.ts';
import { AGAIN_MS } from '../routing/shortcut.ts';

/** No one speaks it: its packets open the way and are then refused. */
const PUNCH_ALPN = 'fabric-punch/1';
const PUNCH_MS = 2_000;
/** A relay brings two together no more often, milliseconds. */
const INTRODUCE_MS = 2_000;

export interface MeetingOptions {
  readonly endpoint: QuicEndpoint;
  readonly identity: () => TlsIdentity;
  /** Relays bring others together. */
  readonly introduces: boolean;
  readonly neighbour: (node: NodeId) => Neighbour | undefined;
  readonly link: (node: NodeId) => Link | undefined;
  /** Dials a neighbour where it was seen. */
  readonly dial: (node: NodeId, at: string) => void;
  readonly now: () => number;
}

export class Meeting {
  readonly #options: MeetingOptions;
  readonly #triedAt = new Map<NodeId, number>();
  readonly #introducedAt = new Map<NodeId, number>();

  constructor(options: MeetingOptions) {
    this.#options = options;
  }

  sinceLastTry(node: NodeId): number {
    return this.#options.now() - (this.#triedAt.get(node) ?? Number.NEGATIVE_INFINITY);
  }

  /** Asks the relay at the other end of a link to bring this node and another together. */
  ask(relay: Link, node: NodeId): void {
    relay.meet({ type: 'meet', node });
  }

  /** A neighbour asks, or a relay answers. */
  heard(from: Link, { node, at }: LinkMeet): void {
    if (at === undefined) this.#introduce(from, node);
    else this.#meet(node, at);
  }

  #introduce(from: Link, node: NodeId): void {
    const { introduces, link, now } = this.#options;
    const other = link(node);
    const last = this.#introducedAt.get(from.peer) ?? Number.NEGATIVE_INFINITY;
    if (!introduces || !other?.isUp || now() - last < INTRODUCE_MS) return;
    if (from.address === undefined || other.address === undefined) return;
    this.#introducedAt.set(from.peer, now());
    from.meet({ type: 'meet', node, at: other.address });
    other.meet({ type: 'meet', node: from.peer, at: from.address });
  }

  #meet(node: NodeId, at: string): void {
    const { neighbour, link, now, dial } = this.#options;
    const known = neighbour(node);
    // Nobody can make this node send to strangers, nor often.
    if (!known || link(node) || this.sinceLastTry(node) < AGAIN_MS) return;
    this.#triedAt.set(node, now());
    if (known.dial) dial(node, at);
    else this.#punch(at);
  }

  #punch(at: string): void {
    const { endpoint, identity } = this.#options;
    const colon = at.lastIndexOf(':');
    const to = { host: at.slice(0, colon).replace(/^\[|\]$/g, ''), port: Number(at.slice(colon + 1)) };
    const signal = AbortSignal.timeout(PUNCH_MS);
    const verify = () => false;
    endpoint.dial({ ...to, alpn: PUNCH_ALPN, identity: identity(), verify, signal }).catch(() => {
      // Refused or unheard: it was only to open the way.
    });
  }
}
