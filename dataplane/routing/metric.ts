/** What is known of a link, and of a path of links: measured where a node is an end of it, told by the neighbour beyond that. Pure. */
import type { PathMetric } from '../../schema/wire/link.ts';

export type { PathMetric };

/** A link that nothing is known of yet: neither good nor bad. */
export const UNMEASURED: PathMetric = { rttMs: 0, jitterMs: 0, loss: 0, load: 0, mbps: 0 };

/** More than this is as good as no path, milliseconds: also the bound of what is told. */
export const MAX_RTT_MS = 60_000;

/** One stretch after another: times add up, losses compound, the busiest node and the narrowest link decide. */
export function joined(a: PathMetric, b: PathMetric): PathMetric {
  return {
    rttMs: Math.min(MAX_RTT_MS, a.rttMs + b.rttMs),
    jitterMs: Math.min(MAX_RTT_MS, a.jitterMs + b.jitterMs),
    loss: 1 - (1 - a.loss) * (1 - b.loss),
    load: Math.max(a.load, b.load),
    // 0 is unknown: what is known is the best guess.
    mbps: a.mbps === 0 || b.mbps === 0 ? Math.max(a.mbps, b.mbps) : Math.min(a.mbps, b.mbps),
  };
}

/** Whether a neighbour should hear of it: small changes would only make routes restless. */
export function differs(a: PathMetric, b: PathMetric): boolean {
  const beyond = (x: number, y: number, least: number) =>
    Math.abs(x - y) > Math.max(least, 0.25 * Math.max(x, y));
  return (
    beyond(a.rttMs, b.rttMs, 2) ||
    beyond(a.jitterMs, b.jitterMs, 2) ||
    beyond(a.loss, b.loss, 0.01) ||
    beyond(a.load, b.load, 0.2) ||
    beyond(a.mbps, b.mbps, 20)
  );
}
