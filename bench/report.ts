/** One table of bars: what was measured, against what, and whether it holds. */
import { writeFileSync } from 'node:fs';
import { table } from '../agent/cli/table.ts';

export interface Bar {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The peer's figure in the same run, in the same unit; absent where the bar is absolute. */
  readonly peer?: number;
  /** In words, for the table: `p50 <= peer + 1 ms`. */
  readonly bar: string;
  readonly pass: boolean;
}

export interface BenchResult {
  readonly bench: string;
  readonly commit: string;
  readonly bars: readonly Bar[];
}

const round = (value: number): number => Number(value.toPrecision(4));

export function formatTable({ bench, bars }: BenchResult): string {
  const rows = bars.map((bar) => [
    bar.pass ? 'pass' : 'MISS',
    bar.name,
    `${round(bar.value)} ${bar.unit}`,
    bar.peer === undefined ? '' : `${round(bar.peer)} ${bar.unit}`,
    bar.peer ? `${round(bar.value / bar.peer)}x` : '',
    bar.bar,
  ]);
  return table([['', bench, 'ours', 'peer', 'ratio', 'bar'], ...rows]);
}

/** One line of JSON, figures to four digits. */
export function formatJson(result: BenchResult): string {
  const bars = result.bars.map((bar) => ({
    ...bar,
    value: round(bar.value),
    ...(bar.peer === undefined ? {} : { peer: round(bar.peer) }),
  }));
  return JSON.stringify({ ...result, bars });
}

/** Keeps the newest result, one small file per bench. */
export function keep(result: BenchResult, directory: URL): void {
  const readable = JSON.stringify(JSON.parse(formatJson(result)), undefined, 2);
  writeFileSync(new URL(`${result.bench}.json`, directory), `${readable}\n`);
}
