/** For tests: an OpenSSH server of one's own on loopback, and a connection to it. */
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client as SshClient } from 'ssh2';
import { connectSsh } from '../connect.ts';

export interface TestSshd {
  readonly ssh: SshClient;
  /** A folder of the test's own. */
  readonly folder: string;
  close(): void;
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function accepts(port: number): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  const isThere = await once(socket, 'connect').then(
    () => true,
    () => false,
  );
  socket.destroy();
  return isThere;
}

export async function testSshd(): Promise<TestSshd> {
  const data = mkdtempSync(join(tmpdir(), 'sshd-'));
  const [hostKey, userKey, config] = ['host_key', 'user_key', 'config'].map((name) => join(data, name)) as [
    string,
    string,
    string,
  ];
  for (const key of [hostKey, userKey])
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', key]);
  const port = await freePort();
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${userKey}.pub`,
    'StrictModes no',
    'PasswordAuthentication no',
    'UsePAM no',
    'PidFile none',
    'Subsystem sftp internal-sftp',
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = spawn('/usr/sbin/sshd', ['-D', '-f', config], { stdio: 'ignore' });
  while (!(await accepts(port))) await sleep(20);
  const shown = execFileSync('ssh-keygen', ['-l', '-f', `${hostKey}.pub`], { encoding: 'utf8' });
  const target = {
    protocol: 'ssh' as const,
    host: '127.0.0.1',
    port,
    username: userInfo().username,
    hostKeys: [shown.split(' ')[1] ?? ''],
  };
  const credential = { type: 'private_key' as const, privateKey: readFileSync(userKey, 'utf8') };
  const ssh = await connectSsh(target, credential, AbortSignal.timeout(20_000));
  return {
    ssh,
    folder: data,
    close: () => {
      ssh.end();
      child.kill();
      rmSync(data, { recursive: true, force: true });
    },
  };
}
