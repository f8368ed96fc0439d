/**
 * A state at its two ends, over a channel: by its datagrams, and where those do not get through, or there are none, by its stream, where still only the
 * newest content of each item is sent. Who hears the other end by the stream answers by the stream.
 */
import { ProtocolViolation } from '../../../schema/refusal.ts';
import { decodePacket, encodePacket, MAX_RANGE_BYTES } from '../../../schema/wire/latest.ts';
import type { ByteStream, StreamDatagrams } from '../../transport/transport.ts';
import { framed, PacketFrames } from './frames.ts';
import { LatestReceiver } from './receiver.ts';
import { LatestSender } from './sender.ts';

/** Of one packet in a datagram: with all that is put around it, it fits what every path carries. */
const DATAGRAM_ROOM = 1000 - MAX_RANGE_BYTES;
/** Of one packet on the stream: small, so that little that is old is ahead of what is new. */
const STREAM_ROOM = 4000;
/** Waits in a row without a word, after which datagrams do not seem to get through. */
const SILENT_WAITS = 6;

export interface LatestOptions {
  readonly stream: ByteStream;
  readonly datagrams: StreamDatagrams | undefined;
  /** What is known of it beforehand, milliseconds. */
  readonly roundTrip: number;
  /** Milliseconds, never backwards. */
  readonly now: () => number;
  /** The other end has a new content. */
  readonly changed: (key: number, content: Uint8Array) => void;
  readonly over: () => void;
}

export class LatestChannel {
  readonly #options: LatestOptions;
  readonly #sender: LatestSender;
  readonly #receiver = new LatestReceiver();
  #byStream: boolean;
  #timer: ReturnType<typeof setTimeout> | undefined;
  #isScheduled = false;
  /** The stream takes no more for now: what is set meanwhile takes the place of what was. */
  #isHeld = false;
  readonly #frames = new PacketFrames();
  #over = false;
  /** Packets that came, by each way. */
  readonly came = { byDatagram: 0, byStream: 0 };

  constructor(options: LatestOptions) {
    this.#options = options;
    const { stream, datagrams, roundTrip } = options;
    this.#byStream = !datagrams;
    this.#sender = new LatestSender(roundTrip, this.#byStream);
    datagrams?.observe((packet) =>
      this.#guarded(() => {
        this.came.byDatagram += 1;
        this.#received(packet);
      }),
    );
    const end = () => this.close();
    stream.observe({
      readable: () => this.#guarded(() => this.#read()),
      writable: () => {
        this.#isHeld = false;
        this.#schedule();
      },
      reset: end,
      stopped: end,
      closed: end,
    });
  }

  /** Datagrams are not, or no longer, what carries it. */
  get isByStream(): boolean {
    return this.#byStream;
  }

  /** The other end has all as it is now. */
  get isSettled(): boolean {
    return this.#sender.isSettled;
  }

  /** The bytes belong to the channel from now on. @returns false when it is too large, or one item too many */
  set(key: number, content: Uint8Array): boolean {
    const isTaken = this.#sender.set(key, content);
    this.#schedule();
    return isTaken;
  }

  close(): void {
    if (this.#over) return;
    this.#over = true;
    clearTimeout(this.#timer);
    this.#options.datagrams?.close();
    this.#options.stream.end();
    this.#options.over();
  }

  /** What is set in one turn of the event loop shares packets. */
  #schedule(): void {
    if (this.#isScheduled || this.#over) return;
    this.#isScheduled = true;
    queueMicrotask(() => {
      this.#isScheduled = false;
      if (!this.#over) this.#pump();
    });
  }

  #pump(): void {
    const now = this.#options.now();
    const room = this.#byStream ? STREAM_ROOM : DATAGRAM_ROOM;
    while (!this.#mustWait) {
      const next = this.#sender.next(now, room);
      if (!next) break;
      this.#send(encodePacket({ arrived: this.#receiver.acknowledge(), ...next }));
    }
    if (this.#receiver.owes)
      this.#send(encodePacket({ arrived: this.#receiver.acknowledge(), number: undefined, pieces: [] }));
    this.#wait(now);
  }

  get #mustWait(): boolean {
    return this.#byStream ? this.#isHeld : (this.#options.datagrams?.wait?.() ?? 0) > 0;
  }

  #send(packet: Uint8Array): void {
    const { datagrams, stream } = this.#options;
    if (!this.#byStream && datagrams) return void datagrams.send(packet);
    this.#isHeld = !stream.write(framed(packet));
  }

  #wait(now: number): void {
    clearTimeout(this.#timer);
    const { wakeAt, hasDue } = this.#sender;
    const paced = !this.#byStream && hasDue ? (this.#options.datagrams?.wait?.() ?? 0) : 0;
    const next = Math.min(
      wakeAt ?? Number.POSITIVE_INFINITY,
      paced > 0 ? now + paced : Number.POSITIVE_INFINITY,
    );
    if (next === Number.POSITIVE_INFINITY) return;
    this.#timer = setTimeout(
      () => {
        this.#sender.tick(this.#options.now());
        if (this.#sender.silence >= SILENT_WAITS) this.#useStream();
        this.#pump();
      },
      Math.max(0, next - now),
    );
  }

  #useStream(): void {
    if (this.#byStream) return;
    this.#byStream = true;
    this.#sender.restart(true);
  }

  #read(): void {
    const { stream } = this.#options;
    for (let chunk = stream.read(); chunk; chunk = stream.read()) {
      for (const packet of this.#frames.push(chunk)) {
        this.came.byStream += 1;
        this.#useStream();
        this.#received(packet);
      }
    }
    if (stream.readableEnded) this.close();
  }

  #received(bytes: Uint8Array): void {
    const { arrived, number, pieces } = decodePacket(bytes);
    this.#sender.arrived(arrived, this.#options.now());
    if (number !== undefined)
      for (const { key, bytes: content } of this.#receiver.received(number, pieces))
        this.#options.changed(key, content);
    this.#schedule();
  }

  /** It was sealed by the other end: what it can not mean is its fault. */
  #guarded(deed: () => void): void {
    try {
      if (!this.#over) deed();
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.close();
    }
  }
}
