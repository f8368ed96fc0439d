import { chmodSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { ConfigError, KEYS, readConfig, variableOf } from './config.ts';

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => rmSync(folder, { recursive: true }));
const API = 'http://127.0.0.1:1';
const given = { FABRIC_AGENT_API: API, FABRIC_AGENT_NAME: 'node-1' };
const PIN = `${'A'.repeat(43)}=`;

function wrong(env: NodeJS.ProcessEnv, data = '/nowhere'): ConfigError {
  try {
    readConfig(data, env);
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown;
    throw thrown;
  }
  throw new Error('it was accepted');
}

test('takes the environment, with defaults for the rest', () => {
  const config = readConfig('/nowhere', {
    ...given,
    FABRIC_AGENT_LISTEN_PORT: '7000',
    FABRIC_AGENT_API_PINS: `${PIN}, ${PIN}`,
    FABRIC_AGENT_EXECUTE_ENABLED: 'true',
    FABRIC_AGENT_EXECUTE_ALLOW: '[["/bin/uptime"]]',
  });
  expect(config).toMatchObject({
    name: 'node-1',
    listenPort: 7000,
    listenHost: '127.0.0.1',
    logLevel: 'info',
    apiPins: [PIN, PIN],
    executeEnabled: true,
    executeAllow: [['/bin/uptime']],
  });
});

test('names every wrong key with its value, the reason and the fix, and no secret', () => {
  const secret = 'fbb_secret';
  const { message, problems } = wrong({
    FABRIC_AGENT_API: 'nonsense',
    FABRIC_AGENT_LISTEN_PORT: '99999',
    FABRIC_AGENT_BOOTSTRAP_TOKEN: secret,
    FABRIC_AGENT_BOOTSTRAP_TOKE: secret,
  });
  for (const part of [
    'FABRIC_AGENT_API',
    'FABRIC_AGENT_NAME',
    'FABRIC_AGENT_LISTEN_PORT',
    '(99999)',
    'nonsense',
  ])
    expect(message).toContain(part);
  expect(message).not.toContain(secret);
  for (const { key, reason, fix } of problems)
    expect([key, reason, fix].every((text) => text !== '')).toBe(true);
});

test('an unknown key is refused, in the file and in the environment, and the meant one is named', () => {
  writeFileSync(
    join(folder, 'agent.json'),
    JSON.stringify({ api: API, name: 'n', listenprt: 1, colour: 'red' }),
  );
  const { message } = wrong({ FABRIC_AGENT_LOGLEVEL: 'debug' }, folder);
  expect(message).toContain('listenprt (***): there is no such key');
  expect(message).toContain('did you mean listenPort?');
  expect(message).toContain('did you mean FABRIC_AGENT_LOG_LEVEL?');
  expect(message).toContain('colour (***): there is no such key');
});

test('a file that is no JSON object, or that others may write, is refused', () => {
  const path = join(folder, 'agent.json');
  writeFileSync(path, '{"api": ');
  expect(wrong(given, folder).message).toContain('not a JSON object');
  writeFileSync(path, '{}');
  chmodSync(path, 0o666);
  expect(wrong(given, folder).message).toContain('chmod go-w');
  chmodSync(path, 0o600);
  expect(readConfig(folder, given).name).toBe('node-1');
});

test('plain HTTP to another machine, and one pin without a backup, are refused', () => {
  expect(wrong({ ...given, FABRIC_AGENT_API: 'http://192.0.2.1' }).message).toContain('use https');
  expect(wrong({ ...given, FABRIC_AGENT_API_PINS: PIN }).message).toContain('backup pin');
  expect(wrong({ ...given, FABRIC_AGENT_EXECUTE_ENABLED: '1' }).message).toContain('executeAllow');
  expect(wrong({ ...given, FABRIC_AGENT_EXECUTE_ALLOW: '[["uptime"]]' }).message).toContain('absolute path');
});

test('every key has one variable, and no two the same', () => {
  expect(new Set(KEYS.map(variableOf)).size).toBe(KEYS.length);
  expect(variableOf('roleMemoryMiB')).toBe('FABRIC_AGENT_ROLE_MEMORY_MIB');
});

test('on every address it must be told under which one others reach it', () => {
  const env = { ...given, FABRIC_AGENT_LISTEN_HOST: '0.0.0.0' };
  expect(() => readConfig('/nowhere', env)).toThrow('FABRIC_AGENT_PUBLIC_HOST');
  const config = readConfig('/nowhere', { ...env, FABRIC_AGENT_PUBLIC_HOST: 'access.example.org' });
  expect(config.publicHost).toBe('access.example.org');
});

test('docs/agent.md has every key', () => {
  const docs = readFileSync(new URL('../docs/agent.md', import.meta.url), 'utf8');
  expect(KEYS.filter((key) => !docs.includes(`\`${key}\``))).toEqual([]);
});
