/** What a usable path costs a class of traffic, in milliseconds as that class feels them: less is better. Pure. */
import type { TrafficClass } from '../../schema/channel.ts';
import type { PathMetric } from './metric.ts';

/** What a class wants of its path. Classes of one want share a choice. */
export type Want = 'latency' | 'steadiness' | 'bandwidth';

/** Input, control and shells; pictures; files, streams, packets and the rest. */
export const WANT_OF: Readonly<Record<TrafficClass, Want>> = {
  0: 'latency',
  1: 'latency',
  2: 'steadiness',
  3: 'latency',
  4: 'bandwidth',
  5: 'bandwidth',
  6: 'bandwidth',
  7: 'bandwidth',
};

interface Weights {
  readonly rtt: number;
  readonly jitter: number;
  /** Milliseconds for each lost packet in a hundred. */
  readonly lossPercent: number;
  /** Of a node that is busy all the time. */
  readonly load: number;
  /** Each relay is one more thing that can fail. */
  readonly hop: number;
  /** For each failure that is not yet forgotten. */
  readonly failure: number;
  /** The time so many bits take at the path's bandwidth, in megabits. */
  readonly megabits: number;
  /** Between regions, once each way. */
  readonly region: number;
}

const WEIGHTS: Readonly<Record<Want, Weights>> = {
  latency: { rtt: 1, jitter: 2, lossPercent: 20, load: 20, hop: 1, failure: 10, megabits: 0, region: 5 },
  steadiness: {
    rtt: 0.5,
    jitter: 4,
    lossPercent: 10,
    load: 20,
    hop: 1,
    failure: 10,
    megabits: 0.5,
    region: 5,
  },
  bandwidth: { rtt: 0.2, jitter: 0.2, lossPercent: 10, load: 40, hop: 1, failure: 5, megabits: 5, region: 5 },
};

/** Of a path whose bandwidth nobody has measured. */
const ASSUMED_MBPS = 100;
/** A neighbour that does not answer at the moment is taken only where there is no other. */
export const FAILING_MS = 1_000_000;

/** A path may hold only so many nodes: long before that, short ones are dear enough to be kept by those who tell of them. */
const LONG = { after: 3, ms: 10 } as const;

export interface Scored {
  readonly metric: PathMetric;
  /** Nodes on the path, without this one. */
  readonly hops: number;
  /** Failures of the next hop that are not yet forgotten. */
  readonly failures: number;
  readonly isFailing: boolean;
  readonly otherRegion: boolean;
}

/** The parts of a cost, for whoever asks why. */
export type Parts = Readonly<Record<keyof Weights | 'failing', number>>;

export function costParts(path: Scored, want: Want): Parts {
  const { rttMs, jitterMs, loss, load, mbps } = path.metric;
  const weights = WEIGHTS[want];
  return {
    rtt: weights.rtt * rttMs,
    jitter: weights.jitter * jitterMs,
    lossPercent: weights.lossPercent * 100 * loss,
    load: weights.load * load * load,
    hop: weights.hop * path.hops + LONG.ms * Math.max(0, path.hops - LONG.after) ** 2,
    failure: weights.failure * path.failures,
    megabits: (weights.megabits * 1000) / (mbps || ASSUMED_MBPS),
    region: path.otherRegion ? weights.region : 0,
    failing: path.isFailing ? FAILING_MS : 0,
  };
}

export const costOf = (path: Scored, want: Want): number =>
  Object.values(costParts(path, want)).reduce((sum, part) => sum + part, 0);
