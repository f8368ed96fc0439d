/** Percentiles of measured times. */

export interface Percentiles {
  readonly p50: number;
  readonly p95: number;
  readonly p99: number;
}

/** Nearest-rank percentiles; the samples are not changed. */
export function percentiles(samples: readonly number[]): Percentiles {
  const sorted = [...samples].sort((a, b) => a - b);
  const at = (share: number) =>
    sorted[Math.min(sorted.length - 1, Math.ceil(share * sorted.length) - 1)] ?? Number.NaN;
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) };
}

/**
 * Times `round` so often, one at a time, after a warm-up of a tenth. A pause between rounds keeps two peers on a shared machine
 * comparable: neither runs with caches the other never had.
 * @returns milliseconds per round
 */
export async function timeRounds(rounds: number, round: () => Promise<void>, pauseMs = 0): Promise<number[]> {
  const times: number[] = [];
  for (let n = -Math.ceil(rounds / 10); n < rounds; n += 1) {
    const start = performance.now();
    await round();
    if (n >= 0) times.push(performance.now() - start);
    if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
  return times;
}
