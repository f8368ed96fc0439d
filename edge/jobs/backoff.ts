/** Full jitter (AWS Architecture Blog, "Exponential Backoff And Jitter"): anywhere between nothing and a bound that doubles. */
export interface Backoff {
  readonly baseMs: number;
  readonly capMs: number;
}

/** @param attempts how many were made, 1 after the first @param random in [0, 1) */
export function backoffMs({ baseMs, capMs }: Backoff, attempts: number, random: number): number {
  return Math.round(random * Math.min(capMs, baseMs * 2 ** Math.min(attempts, 30)));
}
