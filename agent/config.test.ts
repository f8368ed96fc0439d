import { expect, test } from 'vitest';
import { ConfigError, readConfig } from './config.ts';

test('takes the environment, with defaults for the rest', () => {
  const config = readConfig('/nowhere', {
    FABRIC_AGENT_API: 'http://127.0.0.1:1',
    FABRIC_AGENT_NAME: 'node-1',
    FABRIC_AGENT_LISTEN_PORT: '7000',
  });
  expect(config).toMatchObject({
    name: 'node-1',
    listenPort: 7000,
    listenHost: '127.0.0.1',
    logLevel: 'info',
  });
});

test('names every wrong key and where to set it, and no value', () => {
  const secret = 'fbb_secret';
  const env = {
    FABRIC_AGENT_API: 'nonsense',
    FABRIC_AGENT_LISTEN_PORT: '99999',
    FABRIC_AGENT_BOOTSTRAP_TOKEN: secret,
  };
  const error: unknown = (() => {
    try {
      return readConfig('/nowhere', env);
    } catch (thrown) {
      return thrown;
    }
  })();
  expect(error).toBeInstanceOf(ConfigError);
  const message = error instanceof Error ? error.message : '';
  for (const part of ['FABRIC_AGENT_API', 'FABRIC_AGENT_NAME', 'FABRIC_AGENT_LISTEN_PORT'])
    expect(message).toContain(part);
  expect(message).not.toContain(secret);
});

test('on every address it must be told under which one others reach it', () => {
  const env = {
    FABRIC_AGENT_API: 'http://127.0.0.1:1',
    FABRIC_AGENT_NAME: 'node-1',
    FABRIC_AGENT_LISTEN_HOST: '0.0.0.0',
  };
  expect(() => readConfig('/nowhere', env)).toThrow('FABRIC_AGENT_PUBLIC_HOST');
  const config = readConfig('/nowhere', { ...env, FABRIC_AGENT_PUBLIC_HOST: 'access.example.org' });
  expect(config.publicHost).toBe('access.example.org');
});
