/** What a link is like, from light probes and from what the transport counts. Pure: the clock comes in. */
import type { PathMetric } from '../../schema/wire/link.ts';

/** A probe without an answer for so long was lost; milliseconds. */
const LOST_MS = 2_000;
/** Probes that wait for an answer; the oldest is given up. */
const MAX_WAITING = 64;
/** RFC 6298 section 2.3 (1/8), RFC 3550 section 6.4.1 (1/16), and loss over some 50 probes. */
const SMOOTHING = { rtt: 8, jitter: 16, loss: 50 } as const;
/** Bandwidth that was seen is forgotten by so much with each look without use. */
const FADING = 0.999;
const MAX_MBPS = 1_000_000;

export class LinkMeasure {
  #rtt: number | undefined;
  #jitter = 0;
  #loss = 0;
  #mbps = 0;
  #last: number | undefined;
  #sent: { readonly at: number; readonly bytes: number } | undefined;
  readonly #waiting = new Map<number, number>();
  #next = 1;

  /** @returns the number of the next probe */
  probe(now: number): number {
    for (const [id, at] of this.#waiting) {
      if (now - at < LOST_MS && this.#waiting.size < MAX_WAITING) break;
      this.#waiting.delete(id);
      this.#seen(1);
    }
    const id = this.#next;
    this.#next = (this.#next + 1) >>> 0 || 1;
    this.#waiting.set(id, now);
    return id;
  }

  answered(id: number, now: number): void {
    const at = this.#waiting.get(id);
    if (at === undefined || !this.#waiting.delete(id)) return;
    this.#seen(0);
    this.rtt(now - at);
  }

  /** A round trip that was measured by other means. */
  rtt(ms: number): void {
    this.#rtt = this.#rtt === undefined ? ms : this.#rtt + (ms - this.#rtt) / SMOOTHING.rtt;
    if (this.#last !== undefined)
      this.#jitter += (Math.abs(ms - this.#last) - this.#jitter) / SMOOTHING.jitter;
    this.#last = ms;
  }

  /** What went so far, and what waits: only a link that is kept busy shows what it can carry. */
  carried(now: number, bytesSent: number, bytesQueued: number): void {
    const before = this.#sent;
    if (before && now - before.at < 50) return;
    this.#sent = { at: now, bytes: bytesSent };
    if (!before || bytesQueued === 0) {
      this.#mbps *= FADING;
      return;
    }
    const rate = ((bytesSent - before.bytes) * 8) / 1000 / (now - before.at);
    this.#mbps = Math.min(MAX_MBPS, this.#mbps === 0 ? rate : this.#mbps + (rate - this.#mbps) / 8);
  }

  /** Without the load, which the neighbour says itself. */
  get metric(): Omit<PathMetric, 'load'> {
    return { rttMs: this.#rtt ?? 0, jitterMs: this.#jitter, loss: this.#loss, mbps: this.#mbps };
  }

  #seen(lost: 0 | 1): void {
    this.#loss += (lost - this.#loss) / SMOOTHING.loss;
  }
}
