/** `npm run -s bench -- NAME [--quick] [--json]`: runs one bench, peer and ours side by side, and says which bars hold. */
import { execFileSync } from 'node:child_process';
import { parseArgs } from 'node:util';
import type { Bench } from './bench.ts';
import { type BenchResult, formatJson, formatTable, keep } from './report.ts';

const BENCHES: Readonly<Record<string, { about: string; load: () => Promise<Bench> }>> = {
  control: {
    about: 'the control API: an authorized read, tokens, abuse, kills',
    load: async () => (await import('./scenarios/control/control.ts')).control,
  },
  mesh: {
    about:
      'the mesh: a relay killed, an address changed, input beside bulk and in a crowd, what a relay forwards on one core',
    load: async () => (await import('./scenarios/mesh/mesh.ts')).mesh,
  },
  path: {
    about: 'a live shell: input round trip, keystroke echo, bulk, start-up',
    load: async () => (await import('./scenarios/path/path.ts')).path,
  },
  trust: {
    about:
      'the agent: what it costs when idle, and that it comes back when killed at anything; what 5,000 cost the control plane',
    load: async () => (await import('./scenarios/trust/trust.ts')).trust,
  },
  transport: {
    about: 'the QUIC transport: datagrams, bulk, handshakes, a crowd, priority',
    load: async () => (await import('./scenarios/transport/transport.ts')).transport,
  },
};

const HELP = `Usage: npm run -s bench -- NAME [--quick] [--json]
       npm run -s bench -- --list

  --quick   fewer rounds; results are not kept
  --json    one line of JSON on standard output; progress goes to standard error
Exit status 1 if a bar is missed.`;

function commit(): string {
  try {
    const git = (...args: string[]) => execFileSync('git', args, { encoding: 'utf8' }).trim();
    return git('rev-parse', '--short', 'HEAD') + (git('status', '--porcelain') === '' ? '' : '+changes');
  } catch {
    return 'unknown';
  }
}

async function main(): Promise<number> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: 'boolean', default: false },
      json: { type: 'boolean', default: false },
      list: { type: 'boolean', default: false },
      help: { type: 'boolean', short: 'h', default: false },
    },
  });
  if (values.help) return say(HELP, 0);
  if (values.list) {
    return say(
      Object.entries(BENCHES)
        .map(([name, { about }]) => `${name}  ${about}`)
        .join('\n'),
      0,
    );
  }
  const [name = ''] = positionals;
  const bench = Object.hasOwn(BENCHES, name) ? BENCHES[name] : undefined;
  if (!bench) return say(`no bench named '${name}'. ${HELP}`, 2);

  const stop = new AbortController();
  for (const signal of ['SIGINT', 'SIGTERM'] as const)
    process.once(signal, () => stop.abort(new Error(signal)));
  const run = await bench.load();
  const bars = await run({
    quick: values.quick,
    signal: stop.signal,
    progress: (text) => process.stderr.write(`${text}\n`),
  });
  const result: BenchResult = { bench: name, commit: commit(), bars };
  if (!values.quick) keep(result, new URL('./results/', import.meta.url));
  return say(values.json ? formatJson(result) : formatTable(result), bars.every((bar) => bar.pass) ? 0 : 1);
}

function say(text: string, status: number): number {
  process.stdout.write(`${text}\n`);
  return status;
}

process.exitCode = await main();
