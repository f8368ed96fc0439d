/** Bench `control`: the control API beside bare Hono and PostgreSQL, how fast it issues tokens, and what abuse and kills do to it. */
import { controlChaos } from '../../../test/chaos/control.ts';
import { Stack } from '../../../test/stack.ts';
import type { BenchOptions } from '../../bench.ts';
import type { Bar } from '../../report.ts';
import { percentiles } from '../../samples.ts';
import { abuse } from './abuse.ts';
import { readRates } from './read.ts';
import { makeTenancy } from './tenancy.ts';
import { tokenRate } from './tokens.ts';

export async function control({ quick, progress, signal }: BenchOptions): Promise<Bar[]> {
  const bars: Bar[] = [];
  const add = (bar: Bar) => {
    bars.push(bar);
    progress(`${bar.pass ? 'pass' : 'MISS'}  ${bar.name}: ${bar.value.toPrecision(4)} ${bar.unit}`);
  };
  {
    // One caller asks for more than any person does.
    await using stack = await Stack.start('node', { FABRIC_REQUEST_LIMITS: '1000' });
    const api = stack.client();
    try {
      const tenancy = await makeTenancy(api, 'bench');
      const rates = await readRates(stack, tenancy, {
        rounds: quick ? 3 : 9,
        milliseconds: quick ? 500 : 2_000,
        signal,
      });
      add({
        name: 'authorized read through row-level security against bare Hono and postgres',
        value: rates.ours,
        peer: rates.peer,
        unit: '/s',
        bar: '>= 0.35x',
        pass: rates.ours >= 0.35 * rates.peer,
      });
      const tokens = await tokenRate(stack, tenancy, quick ? 1_000 : 5_000);
      add({
        name: 'data-plane tokens issued by one process',
        value: tokens,
        unit: '/s',
        bar: '>= 1,500/s',
        pass: tokens >= 1_500,
      });

      const { platform, owner, user, org, cluster, resource } = tenancy;
      const known = { org, cluster, resource };
      const abused = await abuse(
        api,
        { valid: [platform, owner.token, user.token], known },
        quick ? 500 : 10_000,
        { progress, signal },
      );
      for (const fault of abused.faults.slice(0, 5)) progress(`  ${fault}`);
      add({
        name: `faults of ours in ${abused.answered.toLocaleString('en')} malformed requests`,
        value: abused.faults.length,
        unit: '',
        bar: '0',
        pass: abused.faults.length === 0,
      });
      const { p99 } = percentiles(abused.times);
      add({ name: 'malformed request, p99', value: p99, unit: 'ms', bar: '< 50 ms', pass: p99 < 50 });
    } finally {
      await api[Symbol.asyncDispose]();
    }
  }
  signal.throwIfAborted();
  const chaosS = quick ? 20 : 300;
  progress(`  ${chaosS} seconds of kills`);
  const chaos = await controlChaos(chaosS, 11);
  for (const breach of chaos.breaches.slice(0, 5)) progress(`  ${breach}`);
  const kills = Object.values(chaos.kills).reduce((sum, n) => sum + n, 0);
  add({
    name: `breaches among ${chaos.acknowledged.toLocaleString('en')} acknowledged writes while PostgreSQL, Redis and the API were killed ${kills} times`,
    value: chaos.breaches.length,
    unit: '',
    bar: '0',
    pass: chaos.breaches.length === 0,
  });
  add({
    name: 'longest time from repair to the next acknowledged write',
    value: chaos.recoveryMs,
    unit: 'ms',
    bar: '< 10 s',
    pass: chaos.recoveryMs < 10_000,
  });
  return bars;
}
