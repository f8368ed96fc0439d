/**
 * The sending end of a state: of each item only the newest content is kept, and sent until the other end has it. What was lost goes again as it looks
 * then; what was replaced meanwhile does not. No I/O, no clock.
 */
import {
  type Arrived,
  MAX_PIECES,
  PACKET_NUMBER,
  PIECE_HEADER,
  type Piece,
} from '../../../schema/wire/latest.ts';
import { InFlight } from './in-flight.ts';

/** Items of one state, and the longest content of one, bytes. */
export const MAX_ITEMS = 65_536;
export const MAX_CONTENT = 1 << 20;

interface Item {
  content: Uint8Array;
  version: number;
  /** Bytes of each piece but the last; 0: not cut yet. */
  cut: number;
  count: number;
  /** Pieces to be sent. */
  due: Set<number>;
  /** Pieces the other end may not have. */
  missing: Set<number>;
}

/** A piece in a packet, by name. */
interface Part {
  readonly key: number;
  readonly version: number;
  readonly index: number;
}

export class LatestSender {
  readonly #items = new Map<number, Item>();
  /** Keys with something due, the longest waiting first. */
  readonly #due = new Set<number>();
  #flight: InFlight<readonly Part[]>;
  #unsettled = 0;
  #version = 0;
  #number = 0;

  /** @param roundTrip what is known of it beforehand, milliseconds */
  constructor(roundTrip: number, isLossless = false) {
    this.#flight = new InFlight(roundTrip, isLossless);
  }

  /** The other end has all as it is now. */
  get isSettled(): boolean {
    return this.#unsettled === 0;
  }

  /** Something is to be sent. */
  get hasDue(): boolean {
    return this.#due.size > 0;
  }

  /** Waits in a row after which nothing had come back. */
  get silence(): number {
    return this.#flight.silence;
  }

  /** When to call `tick`, milliseconds. */
  get wakeAt(): number | undefined {
    return this.#flight.wakeAt;
  }

  /** Takes the place of what was there. The bytes belong to the sender from now on. @returns false when it is too large, or one item too many */
  set(key: number, content: Uint8Array): boolean {
    const known = this.#items.get(key);
    if (content.length > MAX_CONTENT || (!known && this.#items.size >= MAX_ITEMS)) return false;
    if (!known || known.missing.size === 0) this.#unsettled += 1;
    this.#renew(key, known ?? this.#add(key), content);
    return true;
  }

  /** The pieces of the next packet, which has room for so many bytes of number and pieces; undefined when nothing may go now. */
  next(now: number, room: number): { number: number; pieces: Piece[] } | undefined {
    if (this.#due.size === 0 || this.#flight.isFull) return undefined;
    const pieces: Piece[] = [];
    const most = room - PACKET_NUMBER;
    let left = most;
    for (const key of this.#due) {
      left = this.#fill(key, pieces, left, most);
      if (left <= PIECE_HEADER || this.#due.has(key)) break;
    }
    if (pieces.length === 0) return undefined;
    const number = this.#number;
    this.#number += 1;
    this.#flight.sent(
      number,
      now,
      pieces.map(({ key, version, index }) => ({ key, version, index })),
    );
    return { number, pieces };
  }

  arrived(told: Arrived, now: number): void {
    const { arrived, lost } = this.#flight.arrived(told, now);
    for (const parts of arrived) for (const part of parts) this.#has(part);
    this.#again(lost);
  }

  tick(now: number): void {
    this.#again(this.#flight.late(now));
  }

  /** Goes on by another way: what was out on the old one counts as lost. */
  restart(isLossless: boolean): void {
    const lost = this.#flight.giveUp();
    this.#flight = new InFlight(this.#flight.roundTrip, isLossless);
    this.#again(lost);
  }

  #add(key: number): Item {
    const item = {
      content: NONE,
      version: 0,
      cut: 0,
      count: 0,
      due: new Set<number>(),
      missing: new Set([0]),
    };
    this.#items.set(key, item);
    return item;
  }

  #renew(key: number, item: Item, content: Uint8Array): void {
    this.#version += 1;
    item.content = content;
    item.version = this.#version;
    item.cut = 0;
    item.missing.add(0);
    this.#due.add(key);
  }

  /** Puts as many due pieces of an item into a packet as there is room for. @returns the room that is left */
  #fill(key: number, pieces: Piece[], left: number, most: number): number {
    const item = this.#items.get(key);
    if (!item) return left;
    // A way that became narrower: the same content in other pieces is another version.
    if (item.cut > most - PIECE_HEADER) this.#renew(key, item, item.content);
    if (item.cut === 0) cut(item, most - PIECE_HEADER);
    const { content, version, count } = item;
    let room = left;
    for (const index of item.due) {
      const bytes = content.subarray(index * item.cut, Math.min((index + 1) * item.cut, content.length));
      if (bytes.length + PIECE_HEADER > room) return room;
      pieces.push({ key, version, index, count, bytes });
      item.due.delete(index);
      room -= bytes.length + PIECE_HEADER;
    }
    this.#due.delete(key);
    return room;
  }

  #has({ key, version, index }: Part): void {
    const item = this.#items.get(key);
    if (item?.version !== version || !item.missing.delete(index)) return;
    item.due.delete(index);
    if (item.due.size === 0) this.#due.delete(key);
    if (item.missing.size === 0) this.#unsettled -= 1;
  }

  #again(lost: readonly (readonly Part[])[]): void {
    for (const parts of lost)
      for (const { key, version, index } of parts) {
        const item = this.#items.get(key);
        if (item?.version !== version || !item.missing.has(index)) continue;
        item.due.add(index);
        this.#due.add(key);
      }
  }
}

/** All in one piece where it fits. */
function cut(item: Item, most: number): void {
  const size = Math.max(1, most, Math.ceil(item.content.length / MAX_PIECES));
  item.cut = Math.max(1, Math.min(size, item.content.length));
  item.count = Math.max(1, Math.ceil(item.content.length / item.cut));
  item.due = new Set(Array.from({ length: item.count }, (_, index) => index));
  item.missing = new Set(item.due);
}

const NONE = new Uint8Array();
