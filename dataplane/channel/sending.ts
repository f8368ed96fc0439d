/** The sending half of a sealed channel, in reading order: `write` cuts into records, `#put` seals, `#sealed` keeps and hands on. */
import { RECORD_BODY, RECORD_KIND, type RecordKind } from '../../schema/wire/record.ts';
import { SendWindow, WINDOW_BYTES } from './resume.ts';
import type { Sealer } from './seal.ts';

const NO_BYTES = new Uint8Array();

export interface SendingHooks {
  /** The record that must come next from the other side: every record says it. */
  expected(): number;
  /** Puts a record on the path, if there is one. */
  send(record: Uint8Array): void;
  /** A `write` that said false has drained. */
  drained(): void;
  /** A cipher that takes its time is through with all there was. */
  sealedAll(): void;
}

export class Sending {
  readonly #sealer: Sealer;
  readonly #hooks: SendingHooks;
  readonly #window = new SendWindow();
  /** What waits for a cipher that takes its time. */
  readonly #puts: { readonly kind: RecordKind; readonly body: Uint8Array }[] = [];
  #putBytes = 0;
  #sealing = false;
  #full = false;
  #ended = false;
  #abandoned = false;
  /** The number of our `fin`; -1 while it has none. */
  #fin = -1;

  constructor(sealer: Sealer, hooks: SendingHooks) {
    this.#sealer = sealer;
    this.#hooks = hooks;
  }

  /** Bytes that were not acknowledged. */
  get pending(): number {
    return this.#window.bytes + this.#putBytes;
  }

  /** Records so far. */
  get count(): number {
    return this.#window.next;
  }

  /** Nothing more of it needs to get there. */
  get isOver(): boolean {
    if (this.#sealing) return false;
    return this.#abandoned || (this.#fin >= 0 && this.#window.acknowledged > this.#fin);
  }

  /** What a new path begins with. @param from what came before went over it already */
  unacknowledged(from?: number): readonly Uint8Array[] {
    return this.#window.waiting(from);
  }

  /** @returns false when the window is full: hold back */
  write(bytes: Uint8Array): boolean {
    if (this.#ended) return false;
    if (bytes.length <= RECORD_BODY) this.#put(RECORD_KIND.data, bytes);
    else
      for (let at = 0; at < bytes.length; at += RECORD_BODY)
        this.#put(RECORD_KIND.data, bytes.subarray(at, at + RECORD_BODY));
    this.#full ||= this.pending > WINDOW_BYTES;
    return !this.#full;
  }

  end(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#put(RECORD_KIND.fin, NO_BYTES);
  }

  /** Says what has arrived, where nothing else says it. */
  acknowledge(): void {
    this.#put(RECORD_KIND.ack, NO_BYTES);
  }

  /** @returns whether there was anything to abandon */
  abandon(): boolean {
    if (this.#abandoned) return false;
    this.#ended = true;
    this.#abandoned = true;
    return true;
  }

  /** The other end expects this record next. @returns false when that is not so */
  acknowledged(next: number): boolean {
    if (!this.#window.acknowledge(next)) return false;
    if (this.#full && this.pending <= WINDOW_BYTES / 2) {
      this.#full = false;
      if (!this.#ended) this.#hooks.drained();
    }
    return true;
  }

  /** As `acknowledged`, where a path begins: what was let go can not be sent again. */
  resumeAt(next: number): boolean {
    return next >= this.#window.acknowledged && this.acknowledged(next);
  }

  #put(kind: RecordKind, body: Uint8Array): void {
    if (this.#sealing) {
      this.#puts.push({ kind, body });
      this.#putBytes += body.length;
      return;
    }
    const sealed = this.#sealer.seal(kind, this.#hooks.expected(), body);
    if (!(sealed instanceof Promise)) return this.#sealed(kind, sealed);
    this.#sealing = true;
    void sealed.then((record) => {
      this.#sealed(kind, record);
      this.#sealing = false;
      const next = this.#puts.shift();
      if (!next) return this.#hooks.sealedAll();
      this.#putBytes -= next.body.length;
      this.#put(next.kind, next.body);
    });
  }

  #sealed(kind: RecordKind, record: Uint8Array): void {
    if (kind === RECORD_KIND.fin) this.#fin = this.#window.next;
    this.#window.push(record);
    this.#hooks.send(record);
  }
}
