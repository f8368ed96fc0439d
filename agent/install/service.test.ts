import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openRcScript, type Service, systemdUnit } from './service.ts';

const service: Service = {
  name: 'fabric-agent',
  node: process.execPath,
  main: '/opt/fabric/agent/main.ts',
  data: '/var/lib/fabric-agent',
  user: undefined,
};

test('the unit starts again always, may write its data only, and can gain nothing', () => {
  const lines = systemdUnit(service).split('\n');
  for (const line of [
    'Restart=always',
    'ProtectSystem=strict',
    'NoNewPrivileges=yes',
    'ReadWritePaths=/var/lib/fabric-agent',
    'StartLimitIntervalSec=0',
  ])
    expect(lines).toContain(line);
  expect(lines.some((line) => line.startsWith('User='))).toBe(false);
  expect(systemdUnit({ ...service, user: 'fabric' })).toContain('User=fabric\n');
});

test('a path with spaces, percent and dollar signs stays one path', () => {
  const unit = systemdUnit({ ...service, data: '/srv/my 100% $HOME "x"' });
  expect(unit).toContain('--data "/srv/my 100%% $$HOME \\"x\\""');
});

test.runIf(existsSync('/usr/bin/systemd-analyze'))('systemd finds nothing to say about it', () => {
  const folder = mkdtempSync(join(tmpdir(), 'unit-'));
  try {
    const path = join(folder, 'fabric-agent.service');
    writeFileSync(path, systemdUnit(service));
    const { status, stderr } = spawnSync('systemd-analyze', ['verify', '--man=no', path], {
      encoding: 'utf8',
    });
    const about = stderr.split('\n').filter((line) => line.includes('fabric-agent'));
    expect({ status, about }).toEqual({ status: 0, about: [] });
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the OpenRC script is a shell script whatever the paths are', () => {
  const script = openRcScript({ ...service, data: "/srv/it's $here", user: 'fabric' });
  const { status, stderr } = spawnSync('sh', ['-n'], { input: script, encoding: 'utf8' });
  expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
});
