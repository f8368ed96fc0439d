import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, expect, test } from 'vitest';
import { Executor, isAllowed } from './execute.ts';

const folder = mkdtempSync(join(tmpdir(), 'execute-'));
const executors: Executor[] = [];
afterEach(() => {
  for (const executor of executors.splice(0)) executor.close();
  rmSync(folder, { recursive: true, force: true });
});
function executor(seconds = 30, concurrency = 2, env: NodeJS.ProcessEnv = {}): Executor {
  const allow = [['/bin/sh', '-c'], ['/usr/bin/env'], ['/bin/echo'], ['/no/such/program']];
  const made = new Executor({ allow, seconds, concurrency, env });
  executors.push(made);
  return made;
}
const isAlive = (pid: number) => {
  try {
    return !readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.startsWith('Z');
  } catch {
    return false;
  }
};

test('runs an argument list as it is: no shell looks at it', async () => {
  const argv = ['/bin/echo', '$(id)', '; rm -rf /', '`x`', '*', 'ü'];
  const result = await executor().run({ argv });
  expect(result).toMatchObject({ status: 0, stdout: '$(id) ; rm -rf / `x` * ü\n', timedOut: false });
});

test('what is not listed is refused, however near it comes', async () => {
  const allow = [['/bin/systemctl', 'status']];
  expect(isAllowed(['/bin/systemctl', 'status', 'ssh'], allow)).toBe(true);
  for (const argv of [
    ['/bin/systemctl'],
    ['/bin/systemctl', 'stop'],
    ['systemctl', 'status'],
    ['/bin/systemctl status'],
    ['/bin/../bin/systemctl', 'status'],
    [],
  ])
    expect(isAllowed(argv, allow), argv.join(' ')).toBe(false);
  await expect(executor().run({ argv: ['/bin/ls'] })).rejects.toMatchObject({ code: 'forbidden' });
  await expect(executor().run({ argv: ['/no/such/program'] })).rejects.toMatchObject({ code: 'not_found' });
});

test("sees nothing of the agent's environment but the language and the time zone", async () => {
  const env = { LANG: 'C', SECRET: 'x', FABRIC_AGENT_BOOTSTRAP_TOKEN: 'y', LD_PRELOAD: '/evil.so' };
  const { stdout } = await executor(30, 2, env).run({ argv: ['/usr/bin/env'] });
  const names = stdout
    .trimEnd()
    .split('\n')
    .map((line) => line.split('=')[0]);
  expect(names.sort()).toEqual(['FABRIC_EXECUTE_ID', 'HOME', 'LANG', 'PATH']);
});

test('ends the whole tree when the time is up, also what left its session and its parent', async () => {
  const pids = join(folder, 'pids');
  const script = `mkdir -p ${folder}; echo $$ >> ${pids}
    sleep 600 & echo $! >> ${pids}
    setsid sh -c 'echo $$ >> ${pids}; sleep 600 & echo $! >> ${pids}; wait' &
    (setsid sh -c '(echo $$ >> ${pids}; exec sleep 600) &' &)
    wait`;
  const startedAt = Date.now();
  const result = await executor(1).run({ argv: ['/bin/sh', '-c', script], timeoutSeconds: 600 });
  expect(result.timedOut).toBe(true);
  expect(Date.now() - startedAt).toBeLessThan(20_000);
  const started = readFileSync(pids, 'utf8').trim().split('\n').map(Number);
  expect(started.length).toBeGreaterThanOrEqual(4);
  await expect.poll(() => started.filter(isAlive)).toEqual([]);
});

test('what a command leaves behind ends with it', async () => {
  const result = await executor().run({ argv: ['/bin/sh', '-c', 'setsid sleep 600 & echo $!'] });
  expect(result.status).toBe(0);
  await expect.poll(() => isAlive(Number(result.stdout))).toBe(false);
});

test('output is kept up to its bound and the rest dropped, without holding the command up', async () => {
  const result = await executor().run({ argv: ['/bin/sh', '-c', 'head -c 9000000 /dev/zero; echo x >&2'] });
  expect(result).toMatchObject({ status: 0, truncated: true, stderr: 'x\n' });
  expect(result.stdout).toHaveLength(65_536);
});

test('more at a time than allowed are refused, and there is room again afterwards', async () => {
  const running = executor(30, 1);
  const first = running.run({ argv: ['/bin/sh', '-c', 'sleep 0.3'] });
  await expect(running.run({ argv: ['/bin/echo'] })).rejects.toMatchObject({ code: 'overloaded' });
  await first;
  expect((await running.run({ argv: ['/bin/echo', 'ok'] })).stdout).toBe('ok\n');
});
