/** One direction of a line: decides what becomes of each packet, and when. */

import type { Uniform } from '../random.ts';
import { DueQueue } from './due-queue.ts';
import { type Counters, type Impairment, noCounts } from './impairment.ts';

/** What may be under way in one direction; beyond it packets are dropped, as `overflowed`. */
const MAX_WAITING = 16_384;
const REORDER_MS = 10;
const QUEUE_BYTES = 65_536;

export interface Packet<To> {
  readonly bytes: Uint8Array;
  readonly to: To;
}

export class Shaper<To> {
  readonly counters: Counters = noCounts();
  impairment: Impairment;
  /** Everything that enters or is under way is lost. */
  isCut = false;
  readonly #random: Uniform;
  readonly #send: (packet: Packet<To>) => void;
  readonly #underWay: DueQueue<Packet<To>>;
  #inBurst = false;
  /** When the rate limit has let go of all that was accepted, ms. */
  #busyUntil = 0;
  /** When the last packet that keeps order is due, ms. */
  #lastDue = 0;

  constructor(impairment: Impairment, random: Uniform, send: (packet: Packet<To>) => void) {
    this.impairment = impairment;
    this.#random = random;
    this.#send = send;
    this.#underWay = new DueQueue((packet) => {
      this.counters.waiting -= 1;
      this.#arrive(packet);
    });
  }

  enter(bytes: Uint8Array, to: To): void {
    this.counters.entered += 1;
    if (this.isCut) this.counters.cut += 1;
    else if (this.#isLost()) this.counters.lost += 1;
    else {
      const packet = { bytes: this.#chance(this.impairment.corrupt) ? this.#corrupted(bytes) : bytes, to };
      this.#queue(packet);
      if (!this.#chance(this.impairment.duplicate)) return;
      this.counters.duplicated += 1;
      this.#queue(packet);
    }
  }

  /** What is under way is forgotten. */
  close(): void {
    this.#underWay.clear();
    this.counters.waiting = 0;
  }

  #isLost(): boolean {
    const { burst, loss } = this.impairment;
    if (burst) {
      if (this.#chance(this.#inBurst ? burst.leave : burst.enter)) this.#inBurst = !this.#inBurst;
    } else this.#inBurst = false;
    return this.#inBurst || this.#chance(loss);
  }

  #corrupted(bytes: Uint8Array): Uint8Array {
    this.counters.corrupted += 1;
    const changed = Uint8Array.from(bytes);
    const bit = Math.floor(this.#random() * changed.length * 8);
    const at = bit >> 3;
    changed[at] = (changed[at] ?? 0) ^ (1 << (bit & 7));
    return changed;
  }

  #queue(packet: Packet<To>): void {
    const now = performance.now();
    const departure = this.#departure(packet.bytes.length, now);
    if (departure === undefined || this.#underWay.size >= MAX_WAITING) {
      this.counters.overflowed += 1;
      return;
    }
    const { delayMs = 0, jitterMs = 0, reorder, reorderMs = REORDER_MS } = this.impairment;
    let due = Math.max(this.#lastDue, departure + delayMs + jitterMs * (jitterMs > 0 ? this.#random() : 0));
    if (this.#chance(reorder)) {
      this.counters.reordered += 1;
      due += reorderMs;
    } else this.#lastDue = due;
    if (due <= now && this.#underWay.size === 0) return this.#arrive(packet);
    this.counters.waiting += 1;
    this.#underWay.add(due, packet);
  }

  /** When the rate limit lets go of the packet, ms; undefined when the queue before it is full. */
  #departure(length: number, now: number): number | undefined {
    const { rate, queueBytes = QUEUE_BYTES } = this.impairment;
    if (rate === undefined) return now;
    const bytesPerMs = rate / 8000;
    const free = Math.max(now, this.#busyUntil);
    if ((free - now) * bytesPerMs + length > queueBytes) return undefined;
    this.#busyUntil = free + length / bytesPerMs;
    return this.#busyUntil;
  }

  #arrive(packet: Packet<To>): void {
    if (this.isCut) {
      this.counters.cut += 1;
      return;
    }
    this.counters.passed += 1;
    this.#send(packet);
  }

  #chance(share = 0): boolean {
    return share > 0 && this.#random() < share;
  }
}
