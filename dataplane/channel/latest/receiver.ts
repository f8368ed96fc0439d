/** The receiving end of a state: puts items together, gives each content once, never an older one after a newer, and says cheaply what has arrived. */
import { ProtocolViolation } from '../../../schema/refusal.ts';
import { type Arrived, MAX_RANGES, type Piece, type Range } from '../../../schema/wire/latest.ts';
import { MAX_CONTENT, MAX_ITEMS } from './sender.ts';

/** Contents that are not whole yet, bytes in all. A packet that would exceed it is as if it was lost. */
const PARTIAL_BYTES = 8 * MAX_CONTENT;

export interface Content {
  readonly key: number;
  readonly bytes: Uint8Array;
}

interface Partial {
  readonly version: number;
  readonly count: number;
  readonly pieces: Map<number, Uint8Array>;
  /** What it may come to, bytes: held for it from its first piece on, so that what was begun can be ended. */
  readonly room: number;
  bytes: number;
}

export class LatestReceiver {
  readonly #whole = new Map<number, number>();
  readonly #partial = new Map<number, Partial>();
  #partialBytes = 0;
  /** Newest first. */
  #arrived: Range[] = [];
  #last: number | undefined;
  #owes = false;

  /** Something came that was not acknowledged yet. */
  get owes(): boolean {
    return this.#owes;
  }

  /** What has arrived, to be told. */
  acknowledge(): Arrived {
    this.#owes = false;
    return { ranges: this.#arrived, last: this.#last };
  }

  /** @returns the contents that are whole now. @throws ProtocolViolation */
  received(number: number, pieces: readonly Piece[]): Content[] {
    this.#owes = true;
    if (this.#arrived.some(({ from, to }) => from <= number && number <= to)) {
      this.#last = number;
      return [];
    }
    const contents: Content[] = [];
    let isKept = true;
    for (const piece of pieces) {
      const { key, version, count, bytes } = piece;
      if (version <= (this.#whole.get(key) ?? 0)) continue;
      if (!this.#whole.has(key) && this.#whole.size >= MAX_ITEMS)
        throw new ProtocolViolation('too many items');
      const content = count === 1 ? bytes : this.#put(piece);
      if (content === 'no room') isKept = false;
      else if (content) contents.push({ key, bytes: this.#finish(key, version, content) });
    }
    if (isKept) this.#note(number);
    return contents;
  }

  #put({ key, version, index, count, bytes }: Piece): Uint8Array | 'no room' | undefined {
    let partial = this.#partial.get(key);
    if (partial && version < partial.version) return undefined;
    if (partial?.version !== version) {
      this.#drop(key);
      // All pieces but the last are of one length.
      const room = Math.min(index === count - 1 ? MAX_CONTENT : count * bytes.length, MAX_CONTENT);
      if (this.#partial.size > 0 && this.#partialBytes + room > PARTIAL_BYTES) return 'no room';
      partial = { version, count, pieces: new Map(), room, bytes: 0 };
      this.#partial.set(key, partial);
      this.#partialBytes += room;
    }
    if (partial.count !== count) throw new ProtocolViolation('one version in two cuts');
    if (partial.pieces.has(index)) return undefined;
    partial.bytes += bytes.length;
    if (partial.bytes > partial.room) throw new ProtocolViolation('an item that is too large');
    // A copy: what came in one batch may be cut from one large buffer.
    partial.pieces.set(index, Uint8Array.from(bytes));
    return partial.pieces.size < count ? undefined : joined(partial);
  }

  #finish(key: number, version: number, content: Uint8Array): Uint8Array {
    this.#whole.set(key, version);
    const partial = this.#partial.get(key);
    if (partial && partial.version <= version) this.#drop(key);
    return content;
  }

  #drop(key: number): void {
    this.#partialBytes -= this.#partial.get(key)?.room ?? 0;
    this.#partial.delete(key);
  }

  #note(number: number): void {
    this.#last = number;
    const at = this.#arrived.findIndex(({ from }) => number >= from - 1);
    const near = at < 0 ? undefined : this.#arrived[at];
    if (near && number <= near.to + 1) {
      this.#arrived[at] = { from: Math.min(near.from, number), to: Math.max(near.to, number) };
      this.#join(Math.max(0, at - 1));
      this.#join(at);
    } else this.#arrived.splice(at < 0 ? this.#arrived.length : at, 0, { from: number, to: number });
    this.#arrived = this.#arrived.slice(0, MAX_RANGES);
  }

  /** Makes one of a range and the next older where nothing lies between. */
  #join(at: number): void {
    const [newer, older] = [this.#arrived[at], this.#arrived[at + 1]];
    if (!newer || !older || older.to + 1 < newer.from) return;
    this.#arrived.splice(at, 2, { from: older.from, to: newer.to });
  }
}

function joined({ count, pieces, bytes }: Partial): Uint8Array {
  const content = new Uint8Array(bytes);
  for (let index = 0, at = 0; index < count; index += 1) {
    const piece = pieces.get(index) ?? new Uint8Array();
    content.set(piece, at);
    at += piece.length;
  }
  return content;
}
