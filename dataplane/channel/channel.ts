/**
 * A sealed channel: a byte stream between its two ends that outlives the paths it takes. `sending.ts` and `receiving.ts` are its halves; here they
 * are put on a path, taken off it, and end. While there is no path both ends keep what they have; `join` goes on with the next one.
 */
import type { TrafficClass } from '../../schema/channel.ts';
import { FLOW_CANCELLED } from '../../schema/refusal.ts';
import type { ByteStream, StreamDatagrams, StreamObserver } from '../transport/transport.ts';
import { PathDatagrams } from './path-datagrams.ts';
import { Receiving } from './receiving.ts';
import type { Opener, Sealer } from './seal.ts';
import { Sending } from './sending.ts';

/** How long the rest of a record may be away while nothing at all comes, milliseconds; twice as long each time that was in vain. */
const STALLED_MS = 10_000;

export interface ChannelOwner {
  /** Tells the other end, on the control channel, that half of this channel is over. */
  abort(half: 'sending' | 'receiving', code: number): void;
  /** The path ended before the channel did, or brought what the other end did not seal (`broken`). */
  lost(broken: boolean): void;
  /** Nothing needs to be carried any more. */
  done(): void;
}

export class SealedChannel implements ByteStream {
  readonly id: number;
  readonly bidirectional = true;
  /** Sealed, where the channel's kind has any. */
  datagrams: StreamDatagrams | undefined;
  /** As the path of the moment carries them. */
  readonly pathDatagrams = new PathDatagrams();
  readonly #owner: ChannelOwner;
  readonly #sending: Sending;
  readonly #receiving: Receiving;
  readonly #read = () => {
    const chunk = this.#path?.read();
    if (chunk) this.#chunks += 1;
    return chunk;
  };
  #observer: StreamObserver | undefined;
  /** Ends that came before there was an observer. */
  readonly #missed: ((to: StreamObserver) => void)[] = [];
  #class: TrafficClass | undefined;
  #path: ByteStream | undefined;
  /** Chunks that came, of all paths. */
  #chunks = 0;
  #stalled: ReturnType<typeof setTimeout> | undefined;
  #patience = STALLED_MS;
  #done = false;
  #closed = false;

  constructor(id: number, sealer: Sealer, opener: Opener, owner: ChannelOwner) {
    this.id = id;
    this.#owner = owner;
    this.#sending = new Sending(sealer, {
      expected: () => opener.expected,
      send: (record) => void this.#path?.write(record),
      drained: () => this.#observer?.writable(),
      sealedAll: () => this.#settle(),
    });
    this.#receiving = new Receiving(opener, {
      acknowledged: (next) => this.#sending.acknowledged(next),
      acknowledge: () => this.#sending.acknowledge(),
      opened: (isGenuine) => {
        if (!isGenuine) return this.#lose(this.#path, true);
        this.#arrived();
        this.#take();
      },
    });
  }

  // What its user sees.

  observe(observer: StreamObserver): void {
    this.#observer = observer;
    queueMicrotask(() => {
      if (!this.#receiving.isEmpty || this.#receiving.isFinished) observer.readable();
      for (const event of this.#missed.splice(0)) event(observer);
    });
  }

  get readableEnded(): boolean {
    return this.#receiving.isFinished && this.#receiving.isEmpty;
  }

  get pending(): number {
    return this.#sending.pending;
  }

  read(): Uint8Array | undefined {
    const wasFull = this.#receiving.isFull;
    const all = this.#receiving.read();
    if (wasFull) queueMicrotask(() => this.#take());
    if (all && this.readableEnded) this.#settle();
    return all;
  }

  write(bytes: Uint8Array): boolean {
    return this.#sending.write(bytes);
  }

  end(): void {
    this.#sending.end();
  }

  reset(code: number): void {
    if (this.#done || !this.#sending.abandon()) return;
    this.#owner.abort('sending', code);
    this.#settle();
  }

  stop(code: number): void {
    if (!this.#receiving.abandon()) return;
    this.#owner.abort('receiving', code);
    this.#settle();
  }

  setClass(trafficClass: TrafficClass): void {
    this.#class = trafficClass;
    this.#path?.setClass(trafficClass);
  }

  // What its owner sees.

  get isDone(): boolean {
    return this.#done;
  }

  get hasPath(): boolean {
    return this.#path !== undefined;
  }

  /** Records that came, and that went: what moves when a path is alive. */
  get count(): { readonly received: number; readonly sent: number } {
    return { received: this.#receiving.expected, sent: this.#sending.count };
  }

  /** The next record it expects, once what is being opened has been. Only without a path does it stay so. */
  async point(): Promise<number> {
    await this.#receiving.settled();
    return this.#receiving.expected;
  }

  /** Sends what there is ahead of the answer on a stream that `join` is to have. @returns the number to join from */
  sendAhead(path: ByteStream): number {
    for (const record of this.#sending.unacknowledged()) path.write(record);
    return this.#sending.count;
  }

  /**
   * Goes on over this stream, from the record that the other end expects.
   * @param from what comes before this number went over it already
   * @returns false when what is expected was never sent or is gone
   */
  join(path: ByteStream, next: number, from?: number): boolean {
    if (!this.#sending.resumeAt(next)) return false;
    this.leave();
    this.#path = path;
    if (this.datagrams) this.pathDatagrams.use(path.datagrams);
    this.#receiving.restart();
    if (this.#class !== undefined) path.setClass(this.#class);
    for (const record of this.#sending.unacknowledged(from)) path.write(record);
    const gone = () => this.#lose(path, false);
    path.observe({
      readable: () => {
        if (this.#path === path) this.#take();
      },
      writable: () => {},
      reset: gone,
      stopped: gone,
      closed: gone,
    });
    this.#settle();
    return true;
  }

  /** Lets go of the path, without a word to the other end. */
  leave(): void {
    const path = this.#path;
    this.#path = undefined;
    this.#forgetStall();
    this.pathDatagrams.use(undefined);
    path?.stop(FLOW_CANCELLED);
    path?.reset(FLOW_CANCELLED);
  }

  /** The other end says that half of the channel, as it sees it, is over. */
  aborted(half: 'sending' | 'receiving', code: number): void {
    if (half === 'sending' && this.#receiving.abandon()) this.#tell((to) => to.reset(code));
    if (half === 'receiving' && !this.#done && this.#sending.abandon()) this.#tell((to) => to.stopped(code));
    this.#settle();
  }

  /** The other end has let go of it: it has all it wanted. */
  gone(code: number): void {
    this.#sending.acknowledged(this.#sending.count);
    this.#settle();
    if (!this.#done) this.kill(code);
  }

  /** Over at once, as if the other end had ended both halves; what was not read is gone. */
  kill(code: number): void {
    this.leave();
    this.aborted('sending', code);
    this.aborted('receiving', code);
  }

  #take(): void {
    const path = this.#path;
    if (!path) return;
    const taken = this.#receiving.take(this.#read);
    // What came before the broken record is genuine.
    this.#arrived();
    if (taken === 'broken') return this.#lose(path, true);
    if (taken !== 'dry') return;
    if (path.readableEnded) this.#lose(path, false);
    else if (this.#receiving.isCut) this.#awaitRest(path);
  }

  /** What begins as a record is one, or noise that reads as a length: then no rest will ever come, and the path must not be kept. */
  #awaitRest(path: ByteStream): void {
    if (this.#path !== path || this.#stalled !== undefined) return;
    const before = this.#chunks;
    this.#stalled = setTimeout(() => {
      this.#stalled = undefined;
      if (this.#path !== path || !this.#receiving.isCut || this.#receiving.isFull) return;
      if (this.#chunks !== before) return this.#awaitRest(path);
      this.#patience *= 2;
      this.#lose(path, false);
    }, this.#patience);
  }

  #forgetStall(): void {
    clearTimeout(this.#stalled);
    this.#stalled = undefined;
  }

  #arrived(): void {
    if (this.#receiving.takeNews()) this.#observer?.readable();
    this.#settle();
  }

  #settle(): void {
    if (!this.#done && this.#sending.isOver && this.#receiving.isFinished) {
      this.#done = true;
      const path = this.#path;
      this.#path = undefined;
      this.#forgetStall();
      this.pathDatagrams.use(undefined);
      path?.end();
      path?.stop(FLOW_CANCELLED);
      this.#owner.done();
    }
    if (!this.#done || this.#closed || !this.readableEnded) return;
    this.#closed = true;
    this.#tell((to) => to.closed());
  }

  #lose(path: ByteStream | undefined, broken: boolean): void {
    if (this.#path !== path) return;
    this.leave();
    if (!this.#done) this.#owner.lost(broken);
  }

  /** From the event loop, never from inside a call. */
  #tell(event: (to: StreamObserver) => void): void {
    queueMicrotask(() => {
      if (this.#observer) event(this.#observer);
      else this.#missed.push(event);
    });
  }
}
