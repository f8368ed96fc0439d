/** The receiving half of a sealed channel, in reading order: `take` pulls whole records, `#opened` checks each off, `read` hands on. */
import { ProtocolViolation } from '../../schema/refusal.ts';
import { RECORD_KIND } from '../../schema/wire/record.ts';
import { ACK_BYTES } from './resume.ts';
import { type Opener, RecordReader } from './seal.ts';

/** Opened bytes that may wait for `read`; then the path's own flow control holds the sender back. */
const INBOX_BYTES = 256 * 1024;

export interface ReceivingHooks {
  /** What a record says of ours. @returns false when that can not be */
  acknowledged(next: number): boolean;
  /** Enough came that the sender should be told. */
  acknowledge(): void;
  /** A cipher that takes its time is through with a record; `take` goes on. */
  opened(isGenuine: boolean): void;
}

/** Why `take` stopped: no whole record is there, enough is, one is being opened, or one was not sealed by the other end. */
export type Taken = 'dry' | 'full' | 'opening' | 'broken';

export class Receiving {
  readonly #opener: Opener;
  readonly #hooks: ReceivingHooks;
  #reader = new RecordReader();
  #inbox: Uint8Array[] = [];
  #bytes = 0;
  #opening: Promise<void> | undefined;
  #unacknowledged = 0;
  #finished = false;
  #abandoned = false;
  #hasNews = false;

  constructor(opener: Opener, hooks: ReceivingHooks) {
    this.#opener = opener;
    this.#hooks = hooks;
  }

  get expected(): number {
    return this.#opener.expected;
  }

  /** No more will come. */
  get isFinished(): boolean {
    return this.#finished;
  }

  /** All that came was read. */
  get isEmpty(): boolean {
    return this.#inbox.length === 0;
  }

  get isFull(): boolean {
    return this.#bytes >= INBOX_BYTES;
  }

  /** A record began on this path and is not whole. */
  get isCut(): boolean {
    return this.#reader.isCut;
  }

  /** Once what is being opened has been. */
  async settled(): Promise<void> {
    await this.#opening;
  }

  /** A path begins: what was cut off with the last one comes again. */
  restart(): void {
    this.#reader = new RecordReader();
  }

  /** Bytes or the end came since this was asked last. */
  takeNews(): boolean {
    const had = this.#hasNews;
    this.#hasNews = false;
    return had;
  }

  read(): Uint8Array | undefined {
    const [first] = this.#inbox;
    if (!first) return undefined;
    const all = this.#inbox.length === 1 ? first : joined(this.#inbox, this.#bytes);
    this.#inbox = [];
    this.#bytes = 0;
    return all;
  }

  /** Throws away what was not read and what still comes. @returns whether anything could have come */
  abandon(): boolean {
    if (this.#finished) return false;
    this.#finished = true;
    this.#abandoned = true;
    this.#inbox = [];
    this.#bytes = 0;
    return true;
  }

  take(read: () => Uint8Array | undefined): Taken {
    try {
      while (!this.isFull) {
        if (this.#opening) return 'opening';
        const record = this.#reader.next(read);
        if (!record) return 'dry';
        const body = this.#opener.open(record);
        if (body instanceof Promise) this.#opening = body.then(this.#later, this.#later);
        else if (!this.#opened(body)) return 'broken';
      }
      return 'full';
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      return 'broken';
    }
  }

  readonly #later = (body: unknown): void => {
    this.#opening = undefined;
    this.#hooks.opened(this.#opened(body instanceof Uint8Array ? body : undefined));
  };

  #opened(body: Uint8Array | undefined): boolean {
    if (!body || !this.#hooks.acknowledged(this.#opener.next)) return false;
    const { kind } = this.#opener;
    if (kind === RECORD_KIND.ack) return true;
    if (this.#finished && !this.#abandoned) return false;
    if (kind === RECORD_KIND.fin) this.#finished = true;
    else if (!this.#abandoned && body.length > 0) {
      this.#inbox.push(body);
      this.#bytes += body.length;
    }
    this.#hasNews = true;
    this.#unacknowledged += body.length;
    if (kind === RECORD_KIND.fin || this.#unacknowledged >= ACK_BYTES) {
      this.#unacknowledged = 0;
      this.#hooks.acknowledge();
    }
    return true;
  }
}

function joined(chunks: readonly Uint8Array[], length: number): Uint8Array {
  const all = new Uint8Array(length);
  let at = 0;
  for (const chunk of chunks) {
    all.set(chunk, at);
    at += chunk.length;
  }
  return all;
}
