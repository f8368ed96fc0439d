/** What a bench is: one table of bars, measured in one run. */
import type { Bar } from './report.ts';

export interface BenchOptions {
  /** Fewer rounds and bytes: a check that the bench runs, not a figure to keep. */
  readonly quick: boolean;
  readonly progress: (text: string) => void;
  readonly signal: AbortSignal;
}

export type Bench = (options: BenchOptions) => Promise<Bar[]>;
