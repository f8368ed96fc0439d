/** As the one who runs a node types them. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Journal } from '../audit/journal.ts';

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'agent-cli-'));
});
afterAll(() => rmSync(folder, { recursive: true }));
const configure = (config: object) =>
  writeFileSync(join(folder, 'agent.json'), JSON.stringify(config), { mode: 0o600 });
const fabric = (...args: string[]) => bare('agent', ...args, '--data', folder);
function bare(...args: string[]) {
  const env = { ...process.env, FABRIC_HOME: folder };
  const { status, stdout, stderr } = spawnSync(process.execPath, [MAIN, ...args], { env, encoding: 'utf8' });
  return { status, stdout, stderr };
}

test('check shows what would be used without its secrets, and what is wrong', () => {
  configure({ api: 'https://fabric.example', name: 'n', bootstrapToken: 'fbb_secret' });
  const good = fabric('check');
  expect(good.status).toBe(0);
  expect(good.stdout).toContain('the configuration is usable');
  expect(good.stdout).toContain('apiPins is empty');
  expect(good.stdout).not.toContain('fbb_secret');
  configure({ api: 'https://fabric.example', name: 'n', apiCa: '/no/such/file', lisenPort: 1 });
  const bad = fabric('check', '--json');
  expect(bad.status).toBe(1);
  expect(JSON.parse(bad.stdout)).toMatchObject({
    ok: false,
    problems: [{ fix: 'did you mean listenPort?' }],
  });
});

test('audit verify names the first bad line', () => {
  const journal = new Journal({ folder: join(folder, 'audit'), fileBytes: 1e6, files: 2, now: Date.now });
  for (let n = 0; n < 3; n += 1) journal.record('agent.started', { n });
  journal.close();
  expect(fabric('audit', 'verify')).toMatchObject({ status: 0 });
  const path = join(folder, 'audit', 'audit.jsonl');
  writeFileSync(path, readFileSync(path, 'utf8').replace('"n":1', '"n":7'));
  const bad = fabric('audit', 'verify');
  expect(bad.status).toBe(1);
  expect(bad.stdout).toContain('audit.jsonl, line 2');
});

test('status says so when no agent answers', () => {
  configure({ api: 'https://fabric.example', name: 'n', localPort: 9 });
  const { status, stderr } = fabric('status');
  expect(status).toBe(255);
  expect(stderr).toContain('no agent answers');
});

test('several memberships share one template, each with its folder, and none takes the folder of another', () => {
  const root = join(folder, 'host');
  const units = join(root, 'etc/systemd/system');
  const run = (...words: string[]) => bare('agent', ...words, '--root', root);
  expect(run('install', '--name', 'office').stdout).toContain('enable --now fabric-agent@office');
  expect(run('install', '--name', 'home').status).toBe(0);
  const template = readFileSync(join(units, 'fabric-agent@.service'), 'utf8');
  expect(template).toContain('--data "/var/lib/fabric-agents/%i"');
  expect(template).toContain('ReadWritePaths=/var/lib/fabric-agents/%i\n');
  expect(existsSync(join(root, 'var/lib/fabric-agents/office'))).toBe(true);
  for (const data of [
    '/var/lib/fabric-agents/office',
    '/var/lib/fabric-agents',
    '/var/lib/fabric-agents/home/x',
  ]) {
    const { status, stderr } = run('install', '--name', 'lab', '--data', data);
    expect({ status, says: stderr.includes('keeps its state in') }).toEqual({ status: 1, says: true });
  }
  expect(run('install', '--name', 'lab', '--data', '/srv/lab').status).toBe(0);
  expect(readFileSync(join(units, 'fabric-agent@lab.service'), 'utf8')).toContain('--data "/srv/lab"');
  expect(run('install', '--name', 'other', '--data', '/srv/lab').status).toBe(1);
  expect(run('uninstall', '--name', 'office').status).toBe(0);
  expect(existsSync(join(units, 'fabric-agent@.service'))).toBe(true);
});

test('install writes one unit, uninstall takes it away, --print writes nothing', () => {
  const root = join(folder, 'image');
  const unit = join(root, 'etc/systemd/system/fabric-agent.service');
  expect(fabric('install', '--print', '--root', root).stdout).toContain('#!/sbin/openrc-run');
  expect(existsSync(unit)).toBe(false);
  expect(fabric('install', '--root', root).stdout).toContain('systemctl daemon-reload');
  expect(readFileSync(unit, 'utf8')).toContain('Restart=always');
  expect(fabric('install', '--root', root, '--name', '../../evil').status).toBe(1);
  expect(fabric('uninstall', '--root', root).status).toBe(0);
  expect(existsSync(unit)).toBe(false);
  expect(fabric('uninstall', '--root', root).status).toBe(1);
});
