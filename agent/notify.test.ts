import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Loops } from './loops.ts';
import { Notifier } from './notify.ts';

/** A real datagram socket, path or abstract; prints what comes. */
const LISTEN = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
name = sys.argv[1]
s.bind('\\0' + name[1:] if name[0] == '@' else name)
print('listening', flush=True)
while True:
    print(s.recv(4096).decode().replace('\\n', ' '), flush=True)
`;

test.runIf(existsSync('/usr/bin/systemd-notify'))(
  'systemd hears ready, standing, alive and stopping, at a path and at an abstract address',
  async () => {
    const folder = mkdtempSync(join(tmpdir(), 'notify-'));
    for (const address of [join(folder, 'notify'), `@fabric-${crypto.randomUUID()}`]) {
      const listener = spawn('python3', ['-c', LISTEN, address], { stdio: ['ignore', 'pipe', 'inherit'] });
      let heard = '';
      listener.stdout.on('data', (chunk: Buffer) => {
        heard += chunk.toString();
      });
      await expect.poll(() => heard, { timeout: 10_000 }).toContain('listening');
      const env = { NOTIFY_SOCKET: address, WATCHDOG_USEC: '30000000', WATCHDOG_PID: '7' };
      const notifier = new Notifier(env, 7);
      expect(env).toEqual({});
      expect(notifier.watchdogMs).toBe(30_000);
      await notifier.ready('connected');
      await notifier.status('degraded');
      await notifier.status('degraded');
      await notifier.alive();
      await notifier.stopping();
      await expect.poll(() => heard, { timeout: 10_000 }).toContain('STOPPING=1');
      const said = [
        'READY=1 STATUS=connected',
        'STATUS=degraded',
        'WATCHDOG=1',
        'STOPPING=1 STATUS=stopping',
      ];
      const lines = heard.trim().split('\n').slice(1);
      // `systemd-notify` waits behind a barrier, so that it is not gone before systemd knows whose child it was.
      expect(lines.map((line) => line.trim()).filter((line) => line !== 'BARRIER=1')).toEqual(said);
      listener.kill();
    }
    rmSync(folder, { recursive: true });
  },
);

test('without systemd nothing is said, and the watchdog of another process is not ours', async () => {
  expect(new Notifier({ WATCHDOG_USEC: '1000000' }, 7).watchdogMs).toBeUndefined();
  const env = { NOTIFY_SOCKET: '/nowhere', WATCHDOG_USEC: '1000000', WATCHDOG_PID: '8' };
  const notifier = new Notifier(env, 7);
  expect(notifier.watchdogMs).toBeUndefined();
  await notifier.ready('x');
});

test('a loop that hangs is seen, one that turns, fails or waits is not', async () => {
  let clock = 0;
  const loops = new Loops(
    () => {},
    () => clock,
  );
  loops.start(() => loops.pause(1), 'turns');
  loops.start(() => new Promise(() => {}), 'hangs');
  loops.start(() => new Promise(() => {}), 'may wait', { mayWait: true });
  loops.start(() => Promise.reject(new Error('no')), 'fails');
  expect(loops.stuck(1_000)).toEqual([]);
  clock = 2_000;
  await expect.poll(() => loops.stuck(1_000).includes('turns')).toBe(false);
  expect(loops.stuck(1_000)).toContain('hangs');
  expect(loops.stuck(1_000)).not.toContain('may wait');
  loops.stop();
});
