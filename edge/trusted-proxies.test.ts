import { expect, test } from 'vitest';
import { readEnv } from './env.ts';
import { addressBehind, parseBlocks } from './trusted-proxies.ts';

const TRUSTED = parseBlocks('10.0.0.0/8, 2001:db8:1::/48 192.0.2.7') ?? [];

test.each([
  ['nobody is trusted: what a client writes counts for nothing', '203.0.113.9', '1.1.1.1', [], '203.0.113.9'],
  ['a client that is no proxy forges', '203.0.113.9', '10.0.0.1, 1.1.1.1', TRUSTED, '203.0.113.9'],
  ['one proxy', '10.0.0.1', '198.51.100.4', TRUSTED, '198.51.100.4'],
  ['what is left of the client is forged', '10.0.0.1', '127.0.0.1, 198.51.100.4', TRUSTED, '198.51.100.4'],
  ['a chain of proxies', '10.0.0.1', '6.6.6.6, 198.51.100.4, 192.0.2.7, 10.9.9.9', TRUSTED, '198.51.100.4'],
  ['only proxies: the farthest', '10.0.0.1', '10.0.0.3, 10.0.0.2', TRUSTED, '10.0.0.3'],
  ['a proxy that says nothing', '10.0.0.1', undefined, TRUSTED, '10.0.0.1'],
  ['what is no address ends the way', '10.0.0.1', '198.51.100.4, unknown, 10.0.0.2', TRUSTED, '10.0.0.2'],
  ['a part of an address is none', '10.0.0.1', '198.51.100.4, 10.1', TRUSTED, '10.0.0.1'],
  ['IPv4 as an IPv6 socket tells it', '::ffff:10.0.0.1', '198.51.100.4', TRUSTED, '198.51.100.4'],
  ['IPv6', '2001:db8:1::5', '2001:DB8:2:0::1', TRUSTED, '2001:db8:2::1'],
  ['a neighbour of a single address is not trusted', '192.0.2.8', '1.1.1.1', TRUSTED, '192.0.2.8'],
])('%s', (_, socket, forwarded, trusted, expected) => {
  expect(addressBehind(socket, forwarded, trusted)).toBe(expected);
});

test('a list that is wrong, or that trusts everybody, keeps the API from starting', () => {
  const env = {
    DATABASE_URL: 'postgres://a@127.0.0.1/b',
    UPSTASH_REDIS_REST_URL: 'http://127.0.0.1:9',
    UPSTASH_REDIS_REST_TOKEN: 'x',
    FABRIC_MASTER_KEY: 'A'.repeat(43),
    FABRIC_PUBLIC_URL: 'http://127.0.0.1:1',
  };
  for (const wrong of ['10.0.0.0/33', 'proxy.example', '0.0.0.0/0', '10.0.0.1, ::/0', '10.1'])
    expect(() => readEnv({ ...env, FABRIC_TRUSTED_PROXIES: wrong }), wrong).toThrow('FABRIC_TRUSTED_PROXIES');
  expect(readEnv({ ...env, FABRIC_TRUSTED_PROXIES: '10.0.0.0/8' }).FABRIC_TRUSTED_PROXIES).toBe('10.0.0.0/8');
  expect(readEnv(env).FABRIC_TRUSTED_PROXIES).toBeUndefined();
});
