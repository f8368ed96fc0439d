/** OpenSSH against the demo's own sshd, direct and through a jump host that is the same server under another name. */
import { readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';

import type { Command } from './pipe.ts';

export interface SshPeers {
  direct(command: string): Command;
  jump(command: string): Command;
}

/** @param data the data folder of a running fabric */
export function sshPeers(data: string): SshPeers {
  const port = /^Port (\d+)$/m.exec(readFileSync(join(data, 'sshd', 'sshd_config'), 'utf8'))?.[1] ?? '22';
  const config = join(data, 'bench-ssh-config');
  const lines = [
    'Host *',
    `  IdentityFile ${join(data, 'sshd', 'user_key')}`,
    `  UserKnownHostsFile ${join(data, 'bench-known-hosts')}`,
    '  StrictHostKeyChecking accept-new',
    '  BatchMode yes',
    '  LogLevel ERROR',
    'Host jump target',
    '  HostName 127.0.0.1',
    `  Port ${port}`,
    `  User ${userInfo().username}`,
  ];
  writeFileSync(config, `${lines.join('\n')}\n`);
  return {
    direct: (command) => ['ssh', '-F', config, 'target', command],
    jump: (command) => ['ssh', '-F', config, '-J', 'jump', 'target', command],
  };
}
