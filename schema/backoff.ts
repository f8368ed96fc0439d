/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): anywhere between nothing and a bound that doubles. Milliseconds. */
export interface Backoff {
  /** The bound after the first failure. */
  readonly first: number;
  readonly most: number;
}

/** @param failures in a row, 1 after the first @param random in [0, 1) */
export function backoffMs({ first, most }: Backoff, failures: number, random: number): number {
  return Math.floor(random * Math.min(most, first * 2 ** Math.min(failures - 1, 30)));
}
