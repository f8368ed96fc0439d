/**
 * One authenticated neighbour: hello, liveness and reachability on the control stream; every other stream is a flow. A datagram begins with four bytes that
 * say whose it is: 0 is the link's own, a probe or its answer; else the number of the flow's stream on this link.
 */
import type { NodeId, SessionId } from '../../schema/ids.ts';
import { FLOW_CANCELLED, ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import { FlowOpen } from '../../schema/wire/flow.ts';
import {
  type LinkHello,
  type LinkMeet,
  LinkMessage,
  type LinkReach,
  type LinkState,
  type NodeStanding,
  type PathMetric,
} from '../../schema/wire/link.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { DatagramLabels, LABEL_BYTES, labelOf } from '../transport/datagram-labels.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { exchangeMessages } from '../transport/messages.ts';
import { refuseStream } from '../transport/refuse.ts';
import type { ByteStream, Carrier, CloseInfo, Connection } from '../transport/transport.ts';
import { FlowStream } from './flow-stream.ts';
import { LinkHealth } from './health.ts';
import { LinkMeasure } from './measure.ts';

/** Milliseconds. A neighbour that is silent for so long is gone. */
const PING_MS = 2_000;
const SILENCE_MS = 15_000;
const HELLO_MS = 10_000;
const HEAD_MS = 10_000;
/** Probes each time that liveness is looked at: loss shows in them. */
const PROBES = 2;
const [PROBE, PROBE_ANSWER] = [1, 2];
const PROBE_BYTES = 9;
/** Application close codes of a link. */
export const LINK_CLOSE = { done: 0, protocol: 0x50, identity: 0x51, silent: 0x52, replaced: 0x53 } as const;

export interface LinkEvents {
  /** Both hellos were exchanged. */
  up(link: Link): void;
  reach(link: Link, reach: LinkReach): void;
  /** What the neighbour says of itself has changed. */
  state(link: Link): void;
  meet(link: Link, meet: LinkMeet): void;
  /** The neighbour opened a flow; its first message was taken off. */
  flow(link: Link, open: FlowOpen, stream: FlowStream): void;
  down(link: Link, info: CloseInfo): void;
}

export interface LinkOptions {
  readonly connection: Connection;
  readonly ours: LinkHello;
  /** Who the certificate said this is: its hello must say the same. */
  readonly peer: NodeId;
  /** Where it comes from, `address:port`; of a link over TCP nobody knows. */
  readonly address?: string;
  /** What its packets ride on: `tcp` where UDP is blocked. */
  readonly carrier?: Carrier;
  /** The side that dialed opens the control stream. */
  readonly dialed: boolean;
  readonly events: LinkEvents;
}

export class Link {
  readonly peer: NodeId;
  standing: NodeStanding = 'fine';
  /** Where the neighbour sees this node come from. */
  seenFrom: string | undefined;
  readonly since = Date.now();
  readonly #flows = new Set<FlowStream>();
  readonly #measure = new LinkMeasure();
  readonly #health = new LinkHealth();
  #load = 0;
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #labels: DatagramLabels;
  readonly #timer: NodeJS.Timeout;
  #send: ((message: object) => void) | undefined;
  #isUp = false;
  #heardAt = performance.now();
  #pingId = 0;
  #pingAt = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#labels = new DatagramLabels(options.connection);
    this.peer = options.peer;
    this.#timer = setInterval(() => this.#tick(), PING_MS);
    this.#connection.observe({
      stream: (stream) => this.#incoming(stream),
      datagrams: (batch) => {
        for (const datagram of batch) this.#datagram(datagram);
      },
      closed: (info) => {
        clearInterval(this.#timer);
        this.#isUp = false;
        options.events.down(this, info);
      },
    });
    if (options.dialed) void this.#openControl();
  }

  get address(): string | undefined {
    return this.#options.address;
  }

  get carrier(): Carrier {
    return this.#options.carrier ?? 'quic';
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Opens a flow and sends its head. @throws TransportClosed, or Refusal `overloaded` when the neighbour takes no more streams in time */
  async open(flow: FlowOpen, session?: SessionId): Promise<FlowStream> {
    const signal = AbortSignal.timeout(HEAD_MS);
    const stream = await this.#connection.openStream(flow.class, signal).catch((error: unknown) => {
      throw signal.aborted ? new Refusal('overloaded', undefined, { cause: error }) : error;
    });
    stream.datagrams = this.#labels.of(stream.id, flow.class);
    stream.write(encodeMessage(flow));
    return this.#counted(stream, flow, true, session);
  }

  get flows(): ReadonlySet<FlowStream> {
    return this.#flows;
  }

  get metric(): PathMetric {
    return { ...this.#measure.metric, load: this.#load };
  }

  get isFailing(): boolean {
    return this.#health.isFailing;
  }

  /** Looks whether the neighbour answers. Cheap: as often as a failure is to be noticed. @returns whether that has changed */
  look(now: number): boolean {
    if (!this.#isUp) return false;
    const before = this.#health.isFailing;
    const { packetsReceived, bytesInFlight, bytesSent, bytesQueued } = this.#connection.stats();
    this.#measure.carried(now, bytesSent, bytesQueued);
    return this.#health.look(now, { packetsReceived, bytesInFlight, rttMs: this.metric.rttMs }) !== before;
  }

  tellState(state: Omit<LinkState, 'type'>): void {
    if (this.#isUp) this.#send?.({ type: 'state', ...state });
  }

  meet(meet: LinkMeet): void {
    if (this.#isUp) this.#send?.(meet);
  }

  announce(reach: LinkReach): void {
    this.#send?.(reach);
  }

  stats() {
    return this.#connection.stats();
  }

  close(code: number, reason: string): Promise<void> {
    clearInterval(this.#timer);
    return this.#connection.close(code, reason);
  }

  async #openControl(): Promise<void> {
    try {
      this.#control(await this.#connection.openStream(0));
    } catch {
      // The connection ended first; `down` says so.
    }
  }

  #incoming(stream: ByteStream): void {
    if (!this.#send && !this.#options.dialed) {
      this.#control(stream);
      return;
    }
    takeHead(stream, messageHead(FlowOpen), HEAD_MS).then(
      ({ value, stream: flow }) => {
        flow.setClass(value.class);
        flow.datagrams = this.#labels.of(flow.id, value.class);
        this.#options.events.flow(this, value, this.#counted(flow, value, false));
      },
      () => refuseStream(stream, FLOW_CANCELLED),
    );
  }

  #control(stream: ByteStream): void {
    stream.setClass(0);
    this.#send = exchangeMessages(stream, LinkMessage, {
      message: (message) => this.#receive(message),
      ended: (error) => void this.close(LINK_CLOSE.protocol, error?.message ?? 'the control stream ended'),
    });
    this.#send(this.#options.ours);
  }

  #receive(message: LinkMessage): void {
    this.#heardAt = performance.now();
    if (!this.#isUp && message.type !== 'hello') throw new ProtocolViolation('hello comes first');
    switch (message.type) {
      case 'hello':
        return this.#hello(message);
      case 'reach':
        return this.#options.events.reach(this, message);
      case 'state': {
        const isNews = message.standing !== this.standing;
        this.standing = message.standing;
        this.#load = message.load;
        if (isNews) this.#options.events.state(this);
        return;
      }
      case 'meet':
        return this.#options.events.meet(this, message);
      case 'ping':
        return this.#send?.({ type: 'pong', id: message.id });
      case 'pong':
        if (message.id === this.#pingId) this.#measure.rtt(performance.now() - this.#pingAt);
    }
  }

  #hello(hello: LinkHello): void {
    if (this.#isUp) throw new ProtocolViolation('a second hello');
    if (hello.node !== this.peer || hello.cluster !== this.#options.ours.cluster) {
      void this.close(LINK_CLOSE.identity, 'hello names another node than the certificate');
      return;
    }
    this.#isUp = true;
    this.seenFrom = hello.seen;
    this.#ping();
    this.#options.events.up(this);
  }

  #tick(): void {
    const silence = performance.now() - this.#heardAt;
    if (silence > (this.#isUp ? SILENCE_MS : HELLO_MS))
      void this.close(LINK_CLOSE.silent, 'nothing was heard');
    else if (this.#isUp) {
      this.#ping();
      for (let n = 0; n < PROBES; n += 1) this.#probe();
      this.#options.events.state(this);
    }
  }

  #counted(
    stream: ByteStream,
    { to, class: trafficClass }: FlowOpen,
    isOurs: boolean,
    session?: SessionId,
  ): FlowStream {
    const base = { to, class: trafficClass, isOurs, since: Date.now() };
    const info = session === undefined ? base : { ...base, session };
    const flow = new FlowStream(stream, info, () => {
      this.#flows.delete(flow);
    });
    this.#flows.add(flow);
    return flow;
  }

  #datagram(datagram: Uint8Array): void {
    if (datagram.length < LABEL_BYTES) return;
    if (labelOf(datagram) !== 0) return this.#labels.receive(datagram);
    if (datagram.length !== PROBE_BYTES) return;
    this.#heardAt = performance.now();
    if (datagram[4] === PROBE_ANSWER)
      return this.#measure.answered(labelOf(datagram.subarray(5)), performance.now());
    if (datagram[4] !== PROBE) return;
    datagram[4] = PROBE_ANSWER;
    this.#connection.sendDatagram(datagram, 0);
  }

  #probe(): void {
    const probe = new Uint8Array(PROBE_BYTES);
    probe[4] = PROBE;
    new DataView(probe.buffer).setUint32(5, this.#measure.probe(performance.now()));
    this.#connection.sendDatagram(probe, 0);
  }

  #ping(): void {
    this.#pingId += 1;
    this.#pingAt = performance.now();
    this.#send?.({ type: 'ping', id: this.#pingId });
  }
}
