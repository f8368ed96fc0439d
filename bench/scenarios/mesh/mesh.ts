/** Bench `mesh`: what people notice when the mesh changes under them, and what a relay can forward. */
import type { BenchOptions } from '../../bench.ts';
import type { Bar } from '../../report.ts';
import { percentiles } from '../../samples.ts';
import { forwardedPerCore } from './datagrams.ts';
import { addressChanged, type Pauses, relayKilled } from './failover.ts';

const KILLED_MS = 500;
const ADDRESS_MS = 300;
const DATAGRAMS = 150_000;

export async function mesh({ quick, progress }: BenchOptions): Promise<Bar[]> {
  const rounds = quick ? 2 : 10;
  const bars: Bar[] = [];
  const add = (bar: Bar) => {
    bars.push(bar);
    progress(
      `${bar.pass ? 'pass' : 'MISS'}  ${bar.name}: ${bar.value.toPrecision(3)} ${bar.unit} (${bar.bar})`,
    );
  };
  const pause = (name: string, { pauses, wrong }: Pauses, most: number) => {
    const { p50, p95 } = percentiles(pauses);
    progress(`${name}: ${pauses.map((ms) => Math.round(ms)).join(', ')} ms, p50 ${Math.round(p50)} ms`);
    add({
      name: `${name}: input resumes, p95`,
      value: p95,
      unit: 'ms',
      bar: `< ${most} ms`,
      pass: p95 < most,
    });
    add({
      name: `${name}: rounds with a byte lost, repeated or out of order`,
      value: wrong,
      unit: '',
      bar: '0',
      pass: wrong === 0,
    });
  };
  progress('a relay is killed under typing');
  pause('relay killed', await relayKilled(rounds), KILLED_MS);
  progress("the client's address changes under typing");
  pause('client address change', await addressChanged(rounds), ADDRESS_MS);
  progress('datagrams through one relay');
  const { perCore, delivered } = await forwardedPerCore(quick ? 1 : 5);
  progress(`${(100 * delivered).toFixed(1)} % of what was sent arrived`);
  add({
    name: 'relay forwarding datagrams of 1 kB, per second on one core',
    value: perCore,
    unit: '/s',
    bar: `>= ${DATAGRAMS}/s`,
    pass: perCore >= DATAGRAMS,
  });
  return bars;
}
