/**
 * Packets on their way: which are lost, how long a round trip takes, how many may be out. Arithmetic only; time is passed in, milliseconds.
 *
 * A packet is taken for lost when one sent three later has arrived, or when the longest recent round trip and a quarter more has passed without a
 * word of it. One that arrives after all teaches that round trips are longer.
 */
import type { Arrived } from '../../../schema/wire/latest.ts';

/** Packets that may be out: it starts with `first`, grows by an eighth a round trip, and shrinks by a third in one with losses. */
const WINDOW = { first: 64, least: 16, most: 512 } as const;
/** As QUIC has it (RFC 9002 section 6.1.1). */
const REORDERED = 3;
const PATIENCE = 1.25;
/** Timers are no finer, milliseconds. */
const GRAIN_MS = 1;
/** Round trips of silence after which it is asked ever less often, but once a second at least. */
const SILENT_ROUNDS = 6;
const SLOWEST_MS = 1_000;

interface Sent<P> {
  readonly at: number;
  readonly parts: P;
}

export class InFlight<P> {
  readonly #sent = new Map<number, Sent<P>>();
  /** Taken for lost, as long as their arrival still teaches something. */
  readonly #overdue = new Map<number, Sent<P>>();
  readonly #isLossless: boolean;
  #roundTrip: number;
  #window: number = WINDOW.first;
  #grown = 0;
  #shrunkAt = Number.NEGATIVE_INFINITY;
  #highest = -1;
  #silence = 0;

  /** @param roundTrip what is known of it beforehand. @param isLossless nothing is lost on the way: a byte stream carries it */
  constructor(roundTrip: number, isLossless: boolean) {
    this.#roundTrip = roundTrip;
    this.#isLossless = isLossless;
  }

  get roundTrip(): number {
    return this.#roundTrip;
  }

  get isFull(): boolean {
    return this.#sent.size >= this.#window;
  }

  /** Nothing has come back for so many waits in a row. */
  get silence(): number {
    return this.#silence;
  }

  /** When to call `late`; undefined: nothing is waited for. */
  get wakeAt(): number | undefined {
    if (this.#isLossless) return undefined;
    for (const { at } of this.#sent.values()) return at + this.#patience;
    return undefined;
  }

  sent(number: number, at: number, parts: P): void {
    this.#sent.set(number, { at, parts });
  }

  /** @returns what has arrived, and what is lost by that */
  arrived({ ranges, last }: Arrived, now: number): { arrived: P[]; lost: P[] } {
    const arrived: P[] = [];
    for (const known of [this.#sent, this.#overdue])
      for (const [number, { at, parts }] of known) {
        if (!ranges.some(({ from, to }) => from <= number && number <= to)) continue;
        known.delete(number);
        arrived.push(parts);
        if (number === last) this.#measured(now - at);
        this.#highest = Math.max(this.#highest, number);
      }
    if (arrived.length === 0) return { arrived, lost: [] };
    this.#silence = 0;
    this.#grow(arrived.length);
    return { arrived, lost: this.#take(now, (number) => this.#highest - number >= REORDERED) };
  }

  /** @returns what was out for too long */
  late(now: number): P[] {
    const patience = this.#patience;
    const lost = this.#take(now, (_, at) => at + patience <= now);
    if (lost.length > 0) this.#silence += 1;
    return lost;
  }

  /** @returns all of it: the way it took is no more */
  giveUp(): P[] {
    const all = [...this.#sent.values()].map(({ parts }) => parts);
    this.#sent.clear();
    this.#overdue.clear();
    this.#silence = 0;
    return all;
  }

  get #patience(): number {
    const wait = this.#roundTrip * PATIENCE + GRAIN_MS;
    const patient = wait * 2 ** Math.min(Math.max(0, this.#silence - SILENT_ROUNDS), 10);
    return Math.max(wait, Math.min(patient, SLOWEST_MS));
  }

  #take(now: number, isLost: (number: number, at: number) => boolean): P[] {
    if (this.#isLossless) return [];
    const lost: P[] = [];
    for (const [number, one] of this.#sent) {
      if (!isLost(number, one.at)) continue;
      this.#sent.delete(number);
      this.#overdue.set(number, one);
      lost.push(one.parts);
    }
    for (const [number] of this.#overdue) {
      if (this.#overdue.size <= WINDOW.most) break;
      this.#overdue.delete(number);
    }
    if (lost.length > 0) this.#shrink(now);
    return lost;
  }

  /** The longest of late counts: it forgets slowly. */
  #measured(sample: number): void {
    this.#roundTrip = Math.max(sample, this.#roundTrip - (this.#roundTrip - sample) / 32);
  }

  #grow(arrived: number): void {
    this.#grown += arrived;
    if (this.#grown < this.#window) return;
    this.#grown = 0;
    this.#window = Math.min(this.#window + Math.ceil(this.#window / 8), WINDOW.most);
  }

  #shrink(now: number): void {
    if (now - this.#shrunkAt < this.#roundTrip) return;
    this.#shrunkAt = now;
    this.#grown = 0;
    this.#window = Math.max(Math.floor((this.#window * 2) / 3), WINDOW.least);
  }
}
