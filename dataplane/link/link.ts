/** One authenticated neighbour: hello, liveness and reachability on the control stream; every other stream is a flow. */
import type { NodeId } from '../../schema/ids.ts';
import { FLOW_CANCELLED, ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import { FlowOpen } from '../../schema/wire/flow.ts';
import { type LinkHello, LinkMessage, type LinkReach } from '../../schema/wire/link.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { exchangeMessages } from '../transport/messages.ts';
import { refuseStream } from '../transport/refuse.ts';
import type { ByteStream, Carrier, CloseInfo, Connection } from '../transport/transport.ts';

/** Milliseconds. A neighbour that is silent for so long is gone. */
const PING_MS = 2_000;
const SILENCE_MS = 15_000;
const HELLO_MS = 10_000;
const HEAD_MS = 10_000;
/** Application close codes of a link. */
export const LINK_CLOSE = { done: 0, protocol: 0x50, identity: 0x51, silent: 0x52, replaced: 0x53 } as const;

export interface LinkEvents {
  /** Both hellos were exchanged. */
  up(link: Link): void;
  reach(link: Link, reach: LinkReach): void;
  /** The neighbour opened a flow; its first message was taken off. */
  flow(link: Link, open: FlowOpen, stream: ByteStream): void;
  down(link: Link, info: CloseInfo): void;
}

export interface LinkOptions {
  readonly connection: Connection;
  readonly ours: LinkHello;
  /** Who the certificate said this is: its hello must say the same. */
  readonly peer: NodeId;
  /** What its packets ride on: `tcp` where UDP is blocked. */
  readonly carrier?: Carrier;
  /** The side that dialed opens the control stream. */
  readonly dialed: boolean;
  readonly events: LinkEvents;
}

export class Link {
  readonly peer: NodeId;
  /** Smoothed, milliseconds. */
  rttMs = 0;
  flows = 0;
  readonly #connection: Connection;
  readonly #options: LinkOptions;
  readonly #timer: NodeJS.Timeout;
  #send: ((message: object) => void) | undefined;
  #isUp = false;
  #heardAt = performance.now();
  #pingId = 0;
  #pingAt = 0;

  constructor(options: LinkOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.peer = options.peer;
    this.#timer = setInterval(() => this.#tick(), PING_MS);
    this.#connection.observe({
      stream: (stream) => this.#incoming(stream),
      datagrams: () => {},
      closed: (info) => {
        clearInterval(this.#timer);
        this.#isUp = false;
        options.events.down(this, info);
      },
    });
    if (options.dialed) void this.#openControl();
  }

  get carrier(): Carrier {
    return this.#options.carrier ?? 'quic';
  }

  get isUp(): boolean {
    return this.#isUp;
  }

  /** Opens a flow and sends its head. @throws TransportClosed, or Refusal `overloaded` when the neighbour takes no more streams in time */
  async open(flow: FlowOpen): Promise<ByteStream> {
    const signal = AbortSignal.timeout(HEAD_MS);
    const stream = await this.#connection.openStream(flow.class, signal).catch((error: unknown) => {
      throw signal.aborted ? new Refusal('overloaded', undefined, { cause: error }) : error;
    });
    stream.write(encodeMessage(flow));
    return stream;
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
        this.#options.events.flow(this, value, flow);
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
      case 'ping':
        return this.#send?.({ type: 'pong', id: message.id });
      case 'pong':
        if (message.id === this.#pingId) this.#measured(performance.now() - this.#pingAt);
    }
  }

  #hello(hello: LinkHello): void {
    if (this.#isUp) throw new ProtocolViolation('a second hello');
    if (hello.node !== this.peer || hello.cluster !== this.#options.ours.cluster) {
      void this.close(LINK_CLOSE.identity, 'hello names another node than the certificate');
      return;
    }
    this.#isUp = true;
    this.#ping();
    this.#options.events.up(this);
  }

  #tick(): void {
    const silence = performance.now() - this.#heardAt;
    if (silence > (this.#isUp ? SILENCE_MS : HELLO_MS))
      void this.close(LINK_CLOSE.silent, 'nothing was heard');
    else if (this.#isUp) this.#ping();
  }

  #ping(): void {
    this.#pingId += 1;
    this.#pingAt = performance.now();
    this.#send?.({ type: 'ping', id: this.#pingId });
  }

  #measured(rtt: number): void {
    this.rttMs = this.rttMs === 0 ? rtt : this.rttMs * 0.875 + rtt * 0.125;
  }
}
