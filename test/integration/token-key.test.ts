/** A node whose key is in a PKCS#11 token (SoftHSM): it enrols, links and renews with it, and says so when the token is gone. */
import { execFileSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { checkConfig } from '../../agent/cli/agent-check.ts';
import { AgentProcess, TestControl } from '../agent-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'token-'));
const tokens = join(folder, 'tokens');
const keyPinFile = join(folder, 'pin');
const PIN = '48151623';
const keyUri = 'pkcs11:token=fabric;object=node;type=private';
let control: TestControl;

beforeAll(async () => {
  mkdirSync(tokens);
  const conf = join(folder, 'softhsm2.conf');
  writeFileSync(conf, `directories.tokendir = ${tokens}\nobjectstore.backend = file\nlog.level = ERROR\n`);
  writeFileSync(keyPinFile, PIN, { mode: 0o600 });
  process.env['SOFTHSM2_CONF'] = conf;
  const pem = join(folder, 'key.pem');
  const openssl = (...words: string[]) => execFileSync('openssl', words, { stdio: 'ignore' });
  openssl('genpkey', '-algorithm', 'EC', '-pkeyopt', 'ec_paramgen_curve:P-256', '-out', pem);
  const softhsm = (...words: string[]) => execFileSync('softhsm2-util', words, { stdio: 'ignore' });
  softhsm('--init-token', '--free', '--label', 'fabric', '--so-pin', '1234', '--pin', PIN);
  softhsm('--import', pem, '--token', 'fabric', '--label', 'node', '--id', '01', '--pin', PIN);
  rmSync(pem);
  control = await TestControl.start();
}, 60_000);
afterAll(async () => {
  await control[Symbol.asyncDispose]();
  rmSync(folder, { recursive: true });
});

const enrolmentOf = (agent: AgentProcess) =>
  JSON.parse(readFileSync(join(agent.data, 'identity', 'enrolment.json'), 'utf8')) as {
    certificate: string;
    sealKey: string;
  };

test('a key in a token enrols, links and renews; without the token the agent says why it can not', async () => {
  await using agent = await AgentProcess.make(control, 'with-token', { keyUri, keyPinFile });
  await using other = await AgentProcess.make(control, 'with-file');
  agent.up();
  other.up();
  await Promise.all([agent.well(), other.well()]);
  // Relays dial each other: the handshake is signed in the token.
  const linksUp = async () => (await agent.status())?.roles[0]?.metrics['links_up'];
  await expect.poll(linksUp, { timeout: 30_000 }).toBe(1);
  expect(readdirSync(join(agent.data, 'identity')).sort()).toEqual(['enrolment.json', 'seal.key']);

  // Another sealing key has to be told, by a renewal.
  const before = enrolmentOf(agent);
  await agent.kill('SIGTERM');
  rmSync(join(agent.data, 'identity', 'seal.key'));
  agent.up();
  await expect.poll(() => enrolmentOf(agent).sealKey, { timeout: 30_000 }).not.toBe(before.sealKey);
  expect(enrolmentOf(agent).certificate).not.toBe(before.certificate);
  expect(readFileSync(`/proc/${agent.pid}/cmdline`, 'utf8')).not.toContain(PIN);

  await agent.kill('SIGTERM');
  renameSync(tokens, `${tokens}-away`);
  mkdirSync(tokens);
  agent.up();
  await expect.poll(() => agent.said, { timeout: 30_000 }).toContain('the key in the token is not usable');
  expect(agent.said).not.toContain(PIN);
  rmSync(tokens, { recursive: true });
  renameSync(`${tokens}-away`, tokens);
}, 120_000);

test('check names a PIN that all may read or that stands in the URI, and never shows it', () => {
  const data = mkdtempSync(join(folder, 'check-'));
  const check = (config: object) => {
    writeFileSync(join(data, 'agent.json'), JSON.stringify({ api: 'https://x.test', name: 'n', ...config }), {
      mode: 0o600,
    });
    return checkConfig(data, {});
  };
  expect(check({ keyUri, keyPinFile }).problems).toEqual([]);
  const open = join(folder, 'open');
  writeFileSync(open, PIN, { mode: 0o644 });
  const line = join(folder, 'line');
  writeFileSync(line, `${PIN}\n`, { mode: 0o600 });
  for (const [config, key] of [
    [{ keyUri, keyPinFile: line }, 'keyPinFile'],
    [{ keyUri, keyPinFile: open }, 'keyPinFile'],
    [{ keyUri, keyPinFile: join(folder, 'none') }, 'keyPinFile'],
    [{ keyPinFile }, 'keyUri'],
    [{ keyUri: 'file:/key' }, 'keyUri'],
    [{ keyUri: `${keyUri}?pin-value=${PIN}` }, 'keyUri'],
  ] as const) {
    const { problems } = check(config);
    expect(problems.map((problem) => problem.key)).toEqual([key]);
    expect(JSON.stringify(problems)).not.toContain(PIN);
  }
  expect(existsSync(keyPinFile)).toBe(true);
});
