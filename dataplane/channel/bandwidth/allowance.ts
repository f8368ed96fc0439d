/** What one attachment may use: its share of the limits of its organization, protocol, person and session, and the count of what went in each class. */
import { type Channel, TRAFFIC_CLASS, type TrafficClass } from '../../../schema/channel.ts';
import type { BandwidthClaims, DataPlaneClaims } from '../../../schema/tokens/data-plane.ts';
import { Limit } from './bucket.ts';

/** Classes that wait for nothing but their own kind: control and input, and the terminal. */
const LAST_URGENT = 1;
const CLASSES = 8;

type Owner = Pick<DataPlaneClaims, 'org' | 'sub' | 'protocol' | 'session' | 'limits'>;
type Way = 'up' | 'down';

interface Shared {
  readonly up: Limit;
  readonly down: Limit;
  holders: number;
}

/** All limits that live on this node, each as long as somebody is attached under it. */
export class Bandwidth {
  /** Bytes that went either way, and times that something had to wait, by class. */
  readonly #bytes = new Array<number>(CLASSES).fill(0);
  readonly #waits = new Array<number>(CLASSES).fill(0);
  readonly #shared = new Map<string, Shared>();
  readonly #now: () => number;

  /** @param now milliseconds, never backwards */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** @param share of the rates; more than 1 where what is counted has seals and acknowledgements on top */
  allow(owner: Owner, kinds: readonly (keyof BandwidthClaims)[], share = 1): Allowance {
    const held = kinds.flatMap((kind) => {
      const rate = owner.limits?.[kind];
      return rate === undefined ? [] : [this.#hold(keyOf(kind, owner), rate * share)];
    });
    return new Allowance(
      held.map(({ shared }) => shared),
      this.#now,
      {
        took: (of, bytes) => {
          this.#bytes[of] = (this.#bytes[of] ?? 0) + bytes;
        },
        waited: (of) => {
          this.#waits[of] = (this.#waits[of] ?? 0) + 1;
        },
        released: () => {
          for (const { key, shared } of held) this.#release(key, shared);
        },
      },
    );
  }

  metrics(): Record<string, number> {
    const all: Record<string, number> = {};
    for (let of = 0; of < CLASSES; of += 1) {
      all[`class_${of}_bytes_total`] = this.#bytes[of] ?? 0;
      all[`class_${of}_held_back_total`] = this.#waits[of] ?? 0;
    }
    return all;
  }

  /** Limits that live. */
  get size(): number {
    return this.#shared.size;
  }

  /** The newest token knows the rate. */
  #hold(key: string, rate: number): { key: string; shared: Shared } {
    const now = this.#now();
    const known = this.#shared.get(key);
    const shared = known ?? { up: new Limit(rate, now), down: new Limit(rate, now), holders: 0 };
    for (const limit of [shared.up, shared.down]) limit.setRate(rate, now);
    shared.holders += 1;
    this.#shared.set(key, shared);
    return { key, shared };
  }

  #release(key: string, shared: Shared): void {
    shared.holders -= 1;
    if (shared.holders === 0) this.#shared.delete(key);
  }
}

interface Events {
  took(of: TrafficClass, bytes: number): void;
  waited(of: TrafficClass): void;
  released(): void;
}

export class Allowance {
  readonly #shared: readonly Shared[];
  readonly #now: () => number;
  readonly #events: Events;
  #released = false;

  constructor(shared: readonly Shared[], now: () => number, events: Events) {
    this.#shared = shared;
    this.#now = now;
    this.#events = events;
  }

  of(channel: Channel): ChannelAllowance {
    const trafficClass = TRAFFIC_CLASS[channel];
    const urgent = trafficClass <= LAST_URGENT;
    const isLimited = this.#shared.length > 0;
    return {
      isLimited,
      take: (way, bytes) => {
        this.#events.took(trafficClass, bytes);
        if (!isLimited) return;
        const now = this.#now();
        for (const shared of this.#shared) shared[way].take(bytes, urgent, now);
      },
      wait: (way) => {
        if (!isLimited) return 0;
        const now = this.#now();
        const wait = this.#shared.reduce((most, shared) => Math.max(most, shared[way].wait(urgent, now)), 0);
        if (wait > 0) this.#events.waited(trafficClass);
        return wait;
      },
      room: (way) => {
        if (!isLimited) return Number.POSITIVE_INFINITY;
        const now = this.#now();
        return this.#shared.reduce(
          (least, shared) => Math.min(least, shared[way].room(urgent, now)),
          Number.POSITIVE_INFINITY,
        );
      },
    };
  }

  /** Nobody is attached under it any more. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    this.#events.released();
  }
}

export interface ChannelAllowance {
  readonly isLimited: boolean;
  take(way: Way, bytes: number): void;
  /** Milliseconds until something may go; 0: now. */
  wait(way: Way): number;
  /** Bytes that may go at once. */
  room(way: Way): number;
}

function keyOf(kind: keyof BandwidthClaims, { org, sub, protocol, session }: Owner): string {
  const of = { org: '', protocol, user: sub, session } as const;
  return `${kind} ${org} ${of[kind]}`;
}
