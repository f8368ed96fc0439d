/** The demo's OpenSSH server: own keys, own configuration, loopback only. It runs commands as whoever started it. */
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { writeAtomically } from '../../agent/atomic-file.ts';
import type { Processes } from './processes.ts';
import { accepts } from './redis.ts';

export interface DemoSshd {
  readonly port: number;
  readonly username: string;
  /** `SHA256:...` */
  readonly hostKey: string;
  readonly privateKey: string;
}

function makeKey(path: string): void {
  if (!existsSync(path))
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', 'fabric-demo', '-f', path]);
}

export async function startSshd(processes: Processes, data: string, port: number): Promise<DemoSshd> {
  const folder = join(data, 'sshd');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const [hostKey, userKey] = [join(folder, 'host_key'), join(folder, 'user_key')];
  makeKey(hostKey);
  makeKey(userKey);
  const authorized = join(folder, 'authorized_keys');
  await writeAtomically(authorized, readFileSync(`${userKey}.pub`, 'utf8'));
  const config = join(folder, 'sshd_config');
  const lines = [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${hostKey}`,
    `AuthorizedKeysFile ${authorized}`,
    'StrictModes no',
    'PasswordAuthentication no',
    'KbdInteractiveAuthentication no',
    'PermitRootLogin prohibit-password',
    'UsePAM no',
    `PidFile ${join(folder, 'pid')}`,
    'Subsystem sftp internal-sftp',
    'MaxStartups 100',
    'MaxSessions 100',
    'PrintMotd no',
  ];
  await writeAtomically(config, `${lines.join('\n')}\n`);
  rmSync(join(folder, 'pid'), { force: true });
  // As root sshd insists on this folder for its unprivileged half.
  if (process.getuid?.() === 0) mkdirSync('/run/sshd', { recursive: true, mode: 0o755 });
  const child = processes.spawn('sshd', '/usr/sbin/sshd', ['-D', '-e', '-f', config]);
  await processes.until('sshd', child, () => accepts(port));
  const shown = execFileSync('ssh-keygen', ['-l', '-E', 'sha256', '-f', `${hostKey}.pub`], {
    encoding: 'utf8',
  });
  return {
    port,
    username: userInfo().username,
    hostKey: shown.split(' ')[1] ?? '',
    privateKey: readFileSync(userKey, 'utf8'),
  };
}
