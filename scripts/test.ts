/** `npm test`: every stage in turn, the last two at once, with progress; the last line counts. `npm test -- unit e2e` runs only those named. */
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const bin = (name: string) => `${root}node_modules/.bin/${name}`;
const ROOMS = ['schema', 'edge', 'dataplane', 'agent', 'bench', 'test', 'scripts', 'examples'];

interface Stage {
  readonly name: string;
  readonly commands: readonly (readonly [program: string, ...args: string[]])[];
}

const vitest = (project: string): Stage => ({
  name: project,
  commands: [[bin('vitest'), 'run', '--project', project]],
});
const STAGES: readonly Stage[] = [
  {
    name: 'lint',
    commands: [
      [bin('biome'), 'check', '.'],
      [bin('depcruise'), ...ROOMS, '--config', '.dependency-cruiser.cjs', '--output-type', 'err'],
    ],
  },
  { name: 'types', commands: [[bin('tsc'), '-p', 'tsconfig.json']] },
  vitest('unit'),
  vitest('integration'),
  vitest('e2e'),
];

/** Each waits more than it works: at once they take little longer than the longer of them. */
const AT_ONCE: ReadonlySet<string> = new Set(['integration', 'e2e']);

/** Without these nothing is skipped: the run fails and says what is missing. */
const NEEDED = [
  '/usr/sbin/sshd',
  '/usr/bin/redis-server',
  '/usr/bin/chromium',
  `${root}dataplane/quic/build/Release/quic.node`,
  `${root}edge/console/dist/main.js`,
];

const children = new Set<ReturnType<typeof spawn>>();
for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.on(signal, () => {
    for (const child of children) child.kill(signal);
  });

interface Count {
  readonly passed: number;
  readonly failed: number;
}

/** @returns the exit status and how many tests passed and failed */
function run([program, ...args]: Stage['commands'][number]): Promise<{
  status: number;
  passed: number;
  failed: number;
}> {
  return new Promise((resolve) => {
    const started = spawn(program, args, {
      cwd: root,
      stdio: ['ignore', 'pipe', 'inherit'],
      env: { ...process.env, NO_COLOR: '1' },
    });
    children.add(started);
    let output = '';
    started.stdout.on('data', (chunk: Buffer) => {
      process.stdout.write(chunk);
      output = (output + chunk.toString()).slice(-20_000);
    });
    started.on('close', (code) => {
      children.delete(started);
      const summary = /^\s*Tests\s.*$/m.exec(output.slice(output.lastIndexOf('Test Files')))?.[0] ?? '';
      const count = (what: string) => Number(new RegExp(`(\\d+) ${what}`).exec(summary)?.[1] ?? 0);
      resolve({ status: code ?? 1, passed: count('passed'), failed: count('failed') });
    });
  });
}

async function main(): Promise<number> {
  const wanted = process.argv.slice(2);
  const stages = STAGES.filter(({ name }) => wanted.length === 0 || wanted.includes(name));
  if (stages.length === 0 || wanted.some((name) => !STAGES.some((stage) => stage.name === name))) {
    process.stderr.write(`usage: npm test -- [${STAGES.map(({ name }) => name).join(' | ')}] ...\n`);
    return 2;
  }
  const missing = NEEDED.filter((path) => !existsSync(path));
  if (missing.length > 0) {
    process.stderr.write(`what the tests need is missing:\n  ${missing.join('\n  ')}\n`);
    return 1;
  }
  const counts: Count[] = [];
  for (const stage of stages.filter(({ name }) => !AT_ONCE.has(name))) counts.push(await runStage(stage));
  counts.push(...(await Promise.all(stages.filter(({ name }) => AT_ONCE.has(name)).map(runStage))));
  const sum = (of: keyof Count) => counts.reduce((total, count) => total + count[of], 0);
  process.stdout.write(`\n${sum('passed')} passed, ${sum('failed')} failed\n`);
  return sum('failed') === 0 ? 0 : 1;
}

async function runStage({ name, commands }: Stage): Promise<Count> {
  const startedAt = performance.now();
  let [passed, failed] = [0, 0];
  process.stdout.write(`\n== ${name}\n`);
  for (const command of commands) {
    const outcome = await run(command);
    passed += outcome.passed;
    failed += outcome.failed;
    // A stage that fails without a failed test (lint, types, an error outside a test) counts as one.
    if (outcome.status !== 0 && outcome.failed === 0) failed += 1;
  }
  process.stdout.write(`== ${name}: ${((performance.now() - startedAt) / 1000).toFixed(1)} s\n`);
  return { passed, failed };
}

process.exitCode = await main();
