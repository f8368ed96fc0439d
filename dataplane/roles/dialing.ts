/** Whom of its neighbours a node dials and when, by its peer book: over UDP, or TCP where UDP is blocked, from which links move back. */
import type { NodeId } from '../../schema/ids.ts';
import type { Neighbour, Snapshot } from '../../schema/snapshot.ts';
import { LINK_ALPN } from '../../schema/wire/link.ts';
import { LINK_CLOSE } from '../link/link.ts';
import type { QuicEndpoint, TlsIdentity } from '../quic/quic.ts';
import type { PeerBook } from '../routing/peers.ts';
import type { Log } from '../sessions/control.ts';
import { type Dialed, dialLink, overUdp } from './link-dial.ts';
import { WayBack, type WayBackOptions } from './way-back.ts';

export interface DialingOptions {
  readonly endpoint: QuicEndpoint;
  readonly peers: PeerBook;
  readonly identity: () => TlsIdentity;
  readonly neighbour: (node: NodeId) => Neighbour | undefined;
  /** Is this leaf, DER, that neighbour's? */
  readonly verify: (node: NodeId, leaf: Uint8Array | undefined) => boolean;
  readonly isLinked: (node: NodeId) => boolean;
  readonly dialed: (dialed: Dialed) => void;
  readonly tryUdpAgain: WayBackOptions['again'];
  readonly log: Log;
  readonly now: () => number;
}

export class Dialing {
  readonly #options: DialingOptions;
  readonly #wayBack: WayBack;
  readonly #dialing = new Map<NodeId, AbortController>();
  #redial: NodeJS.Timeout | undefined;
  #closed = false;

  constructor(options: DialingOptions) {
    const { tryUdpAgain } = options;
    this.#options = options;
    this.#wayBack = new WayBack({
      tryUdp: (node, signal) => this.#tryUdp(node, signal),
      ...(tryUdpAgain ? { again: tryUdpAgain } : {}),
    });
  }

  /** Who is no longer to be dialed is not, who is missing is. */
  update(): void {
    for (const [node, dialing] of this.#dialing) if (!this.#options.neighbour(node)?.dial) dialing.abort();
    this.missing();
  }

  missing(): void {
    clearTimeout(this.#redial);
    if (this.#closed) return;
    const { peers, isLinked, now } = this.#options;
    const at = now();
    for (const node of peers.wanted(at)) {
      if (!isLinked(node) && !this.#dialing.has(node)) void this.peer(node);
    }
    const next = peers.nextAt();
    if (next !== undefined) this.#redial = setTimeout(() => this.missing(), Math.max(5, next - at));
  }

  /** @param seenAt where a relay saw it come from: what was opened there is a way for UDP alone */
  async peer(node: NodeId, seenAt?: string): Promise<void> {
    const { peers, now, dialed } = this.#options;
    const abort = new AbortController();
    this.#dialing.set(node, abort);
    peers.trying(node);
    const linked = await (seenAt === undefined
      ? this.#any(node, abort.signal)
      : this.#one(node, seenAt, abort.signal, overUdp));
    this.#dialing.delete(node);
    if (linked) dialed(linked);
    else peers.failed(node, now());
    this.missing();
  }

  /** A warm peer is dialed for its round trip alone, so that it is known whom to turn to. */
  async probeWarm(): Promise<void> {
    const { peers, isLinked, now } = this.#options;
    const node = peers.toProbe();
    if (node === undefined || isLinked(node) || this.#dialing.has(node)) return;
    const abort = new AbortController();
    this.#dialing.set(node, abort);
    const dialed = await this.#any(node, abort.signal);
    this.#dialing.delete(node);
    if (!dialed) return;
    peers.measured(node, dialed.connection.stats().rttMs, 0, now());
    await dialed.connection.close(LINK_CLOSE.done, 'measured');
  }

  /** The link to this neighbour goes over TCP. */
  seekUdp(node: NodeId): void {
    this.#wayBack.seek(node);
  }

  /** There is no link to this neighbour any more. */
  lost(node: NodeId): void {
    this.#wayBack.stop(node);
    this.missing();
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#redial);
    for (const dialing of this.#dialing.values()) dialing.abort();
    this.#wayBack.close();
  }

  async #tryUdp(node: NodeId, signal: AbortSignal): Promise<boolean> {
    if (!this.#options.neighbour(node)?.dial) return true;
    const dialed = await this.#any(node, signal, overUdp);
    if (dialed) this.#options.dialed(dialed);
    return dialed !== undefined;
  }

  async #any(node: NodeId, signal: AbortSignal, how = dialLink): Promise<Dialed | undefined> {
    for (const endpoint of this.#options.neighbour(node)?.endpoints ?? []) {
      const dialed = await this.#one(node, endpoint, signal, how);
      if (dialed || signal.aborted) return dialed;
    }
    return undefined;
  }

  async #one(
    node: NodeId,
    at: string,
    signal: AbortSignal,
    how: typeof dialLink,
  ): Promise<Dialed | undefined> {
    const { endpoint, identity, verify, log } = this.#options;
    const colon = at.lastIndexOf(':');
    try {
      return await how({
        endpoint,
        host: at.slice(0, colon).replace(/^\[|\]$/g, ''),
        port: Number(at.slice(colon + 1)),
        alpn: LINK_ALPN,
        identity: identity(),
        verify: (leaf) => verify(node, leaf),
        signal,
      });
    } catch (error) {
      log.debug({ node, endpoint: at, reason: String(error) }, 'dial failed');
      return undefined;
    }
  }
}

/** Who has no address yet can't be dialed, whoever is to dial. */
export const dialable = ({ neighbours }: Snapshot) =>
  neighbours.map(({ node, roles, dial, endpoints }) => ({ node, roles, dial: dial && endpoints.length > 0 }));
