/** What `@fails-components/webtransport` calls a native session and a native stream, over ours. Only this library's contract is served here. */
import { LOWEST_CLASS, type TrafficClass } from '../../schema/channel.ts';
import type { ByteStream, DatagramOutcome, StreamObserver } from '../transport/transport.ts';
import { keepReadingAfterReset } from './library-stream.ts';
import { fromHttp3Code, toHttp3Code, type WebTransportSession } from './session.ts';

/** The library's own objects, as far as we call them. */
interface LibraryStream {
  commitReadBuffer(chunk: {
    buffer?: Uint8Array;
    byob: undefined;
    readBytes: number;
    fin: boolean;
    drained: boolean;
  }): void;
  onStreamWrite(outcome: { success: boolean }): void;
  onStreamNetworkFinish(outcome: { nettask: 'stopSending' | 'resetStream' | 'streamFinal' }): void;
  onStreamRecvSignal(signal: { code: number; nettask: 'stopSending' | 'resetStream' }): void;
}

export interface LibrarySession {
  onReady(ready: { protocol?: string }): void;
  onClose(close: { errorcode: number; error: string }): void;
  onStream(opened: {
    stream: SlotStream;
    bidirectional: boolean;
    incoming: boolean;
    sendOrder: number;
    sendGroupId: bigint;
  }): void;
  onDatagramReceived(arrived: { datagram: Uint8Array }): void;
  onGoAwayReceived(): void;
  onSessionStats(stats: object): void;
  onDatagramStats(stats: object): void;
}

const MIDDLE_CLASS: TrafficClass = 4;

/** W3C: a higher sendOrder goes first. 7 down to 1 are our classes 0 to 6; anything else is the middle. */
export function classOfSendOrder(sendOrder: number): TrafficClass {
  return sendOrder >= 1 && sendOrder <= LOWEST_CLASS
    ? ((LOWEST_CLASS - sendOrder) as TrafficClass)
    : MIDDLE_CLASS;
}

export class SlotSession {
  jsobj!: LibrarySession;
  readonly #session: WebTransportSession;

  constructor(session: WebTransportSession) {
    this.#session = session;
  }

  /** Called once the library has set `jsobj`. */
  start(): void {
    // First: a session that the peer has ended meanwhile must have begun for the library, or it rejects what nobody has heard of yet.
    this.jsobj.onReady({});
    this.#session.observe({
      stream: (stream) => this.#announce(stream, true, 0),
      datagram: (datagram) => this.jsobj.onDatagramReceived({ datagram }),
      draining: () => this.jsobj.onGoAwayReceived(),
      closed: ({ code, reason }) => this.jsobj.onClose({ errorcode: code, error: reason }),
    });
  }

  orderBidiStream(options: { sendOrder: number }): boolean {
    return this.#order(true, options.sendOrder);
  }

  orderUnidiStream(options: { sendOrder: number }): boolean {
    return this.#order(false, options.sendOrder);
  }

  /** Not the library's: its datagrams have neither class nor key. */
  sendDatagram(bytes: Uint8Array, trafficClass: TrafficClass, key?: number): DatagramOutcome {
    return this.#session.sendDatagram(bytes, trafficClass, key);
  }

  writeDatagram(bytes: Uint8Array): { code: string; message?: string } {
    const outcome = this.#session.sendDatagram(bytes, 0);
    if (outcome === 'too_large') return { code: 'tooBig' };
    return outcome === 'closed'
      ? { code: 'internalError', message: 'the session is closed' }
      : { code: 'success' };
  }

  getMaxDatagramSize(): number {
    return this.#session.maxDatagramSize;
  }

  orderSessionStats(): void {
    const { rttMs, minRttMs } = this.#session.stats();
    this.jsobj.onSessionStats({ timestamp: Date.now(), smoothedRtt: rttMs, minRtt: minRttMs });
  }

  orderDatagramStats(): void {
    this.jsobj.onDatagramStats({
      timestamp: Date.now(),
      lostOutgoing: this.#session.stats().datagramsDropped,
    });
  }

  notifySessionDraining(): void {
    this.#session.drain();
  }

  close({ code, reason }: { code: number; reason: string }): void {
    this.#session.close({ code, reason });
  }

  #order(bidirectional: boolean, sendOrder: number): boolean {
    void this.#session
      .openStream(bidirectional, classOfSendOrder(sendOrder))
      .then((stream) => this.#announce(stream, false, sendOrder))
      // The session ended first: its `onClose` rejects what waits.
      .catch(() => {});
    return true;
  }

  #announce(stream: ByteStream, incoming: boolean, sendOrder: number): void {
    const slot = new SlotStream(stream, () => this.#session.streamClosed(stream));
    const { bidirectional } = stream;
    this.jsobj.onStream({ stream: slot, bidirectional, incoming, sendOrder, sendGroupId: 0n });
    slot.start();
  }
}

export class SlotStream implements StreamObserver {
  jsobj!: LibraryStream;
  readonly #stream: ByteStream;
  readonly #gone: () => void;
  #reading = false;
  #finDelivered = false;
  #writeWaits = false;

  constructor(stream: ByteStream, gone: () => void) {
    this.#stream = stream;
    this.#gone = gone;
  }

  start(): void {
    const { jsobj }: { jsobj?: LibraryStream } = this;
    if (!jsobj) return;
    keepReadingAfterReset(jsobj);
    this.#stream.observe(this);
  }

  // What the library calls.

  startReading(): void {
    this.#reading = true;
    // The library may be inside its stream's constructor still.
    queueMicrotask(() => this.readable());
  }

  stopReading(): void {
    this.#reading = false;
  }

  drainReads(): void {
    this.#reading = true;
    this.readable();
  }

  writeChunk(bytes: Uint8Array): void {
    if (this.#stream.write(bytes)) this.jsobj.onStreamWrite({ success: true });
    else this.#writeWaits = true;
  }

  streamFinal(): void {
    this.#stream.end();
    this.#finished('streamFinal');
  }

  resetStream(code: number): void {
    this.#stream.reset(toHttp3Code(code));
    this.#finished('resetStream');
  }

  stopSending(code: number): void {
    this.#finDelivered = true;
    this.#stream.stop(toHttp3Code(code));
    this.#finished('stopSending');
  }

  /** To a stream that came after its session's end the library gives no object of its own. */
  #finished(nettask: 'stopSending' | 'resetStream' | 'streamFinal'): void {
    const { jsobj }: { jsobj?: LibraryStream } = this;
    queueMicrotask(() => jsobj?.onStreamNetworkFinish({ nettask }));
  }

  updateSendOrderAndGroup({ sendOrder }: { sendOrder: number }): void {
    this.#stream.setClass(classOfSendOrder(sendOrder));
  }

  // What the transport tells.

  readable(): void {
    // One chunk for each time the library asks: its answer about stopping comes only while it waits, and its queue has no bound.
    const buffer = this.#reading && !this.#finDelivered ? this.#stream.read() : undefined;
    if (buffer) {
      this.#reading = false;
      const { length } = buffer;
      this.jsobj.commitReadBuffer({ buffer, byob: undefined, readBytes: length, fin: false, drained: true });
    }
    if (this.#finDelivered || !this.#stream.readableEnded || !this.#receives) return;
    this.#finDelivered = true;
    this.jsobj.commitReadBuffer({ byob: undefined, readBytes: 0, fin: true, drained: true });
  }

  writable(): void {
    this.#releaseWrite();
  }

  reset(code: number): void {
    if (this.#finDelivered || !this.#receives) return;
    this.#finDelivered = true;
    this.jsobj.onStreamRecvSignal({ code: fromHttp3Code(code), nettask: 'resetStream' });
  }

  stopped(code: number): void {
    this.#writeWaits = false;
    this.jsobj.onStreamRecvSignal({ code: fromHttp3Code(code), nettask: 'stopSending' });
  }

  closed(): void {
    this.#releaseWrite();
    this.#gone();
  }

  /** A stream that only sends has no reader to tell. */
  get #receives(): boolean {
    return 'readable' in this.jsobj && this.jsobj.readable !== undefined;
  }

  #releaseWrite(): void {
    if (!this.#writeWaits) return;
    this.#writeWaits = false;
    this.jsobj.onStreamWrite({ success: true });
  }
}
