/**
 * Links that go over TCP are moved back: UDP is tried again, ever more seldom; when it answers, the link over it is up before the other one is given up, and
 * what goes over that one ends there.
 */
import type { NodeId } from '../../schema/ids.ts';

/** Milliseconds; each try is somewhere within the second half of its window. */
const AGAIN_MS = { first: 30_000, most: 600_000 } as const;
/** An older link without flows, or whose bytes have hardly moved for so long besides pings and probes, carries nothing any more. */
const QUIET = { everyMs: 15_000, bytes: 16_384, mostRounds: 120 } as const;

export interface WayBackOptions {
  /** Over UDP, and the link made of it. @returns whether it answered */
  readonly tryUdp: (node: NodeId, signal: AbortSignal) => Promise<boolean>;
  readonly random?: () => number;
  readonly again?: { readonly first: number; readonly most: number };
}

export class WayBack {
  readonly #options: WayBackOptions;
  readonly #trying = new Map<NodeId, AbortController>();

  constructor(options: WayBackOptions) {
    this.#options = options;
  }

  /** The link to this neighbour goes over TCP: looks for a way back until `stop`. */
  seek(node: NodeId): void {
    if (this.#trying.has(node)) return;
    const abort = new AbortController();
    this.#trying.set(node, abort);
    void this.#seek(node, abort.signal).finally(() => {
      if (this.#trying.get(node) === abort) this.#trying.delete(node);
    });
  }

  stop(node: NodeId): void {
    this.#trying.get(node)?.abort();
    this.#trying.delete(node);
  }

  close(): void {
    for (const node of [...this.#trying.keys()]) this.stop(node);
  }

  async #seek(node: NodeId, signal: AbortSignal): Promise<void> {
    const { first, most } = this.#options.again ?? AGAIN_MS;
    for (let window = first; ; window = Math.min(window * 2, most)) {
      await pause(window * (0.5 + (this.#options.random ?? Math.random)() / 2), signal);
      if (signal.aborted || (await this.#options.tryUdp(node, signal))) return;
    }
  }
}

export interface Retiring {
  stats(): { readonly bytesSent: number; readonly bytesReceived: number };
  readonly flows: { readonly size: number };
  readonly isUp: boolean;
}

/** Calls `done` when nothing but pings and probes has gone over it for a while, or it is over, or after half an hour. */
export function whenQuiet(link: Retiring, done: () => void, everyMs: number = QUIET.everyMs): void {
  let [before, rounds] = [Number.NaN, 0];
  const look = setInterval(() => {
    const { bytesSent, bytesReceived } = link.stats();
    const now = bytesSent + bytesReceived;
    rounds += 1;
    const carries = link.flows.size > 0 && !(now - before < QUIET.bytes);
    if (link.isUp && rounds < QUIET.mostRounds && carries) {
      before = now;
      return;
    }
    clearInterval(look);
    done();
  }, everyMs);
  look.unref();
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    timer.unref();
    const wake = () => {
      clearTimeout(timer);
      resolve();
    };
    signal.addEventListener('abort', wake, { once: true });
  });
}
