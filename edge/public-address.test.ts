import { isIPv6 } from 'node:net';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { isPublicAddress } from './public-address.ts';

test('public addresses are public', () => {
  for (const address of [
    '1.1.1.1',
    '93.184.216.34',
    '172.32.0.1',
    '100.128.0.1',
    '2606:4700::1111',
    '2a00:1450:4001:82a::200e',
  ])
    expect(isPublicAddress(address), address).toBe(true);
});

test('what is not the public internet is not, in whatever spelling', () => {
  const closed = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '127.255.255.254',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.0.1',
    '198.19.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '::ffff:a00:1',
    'fe80::1',
    'fc00::1',
    'fd12:3456::1',
    'ff02::1',
    '64:ff9b::7f00:1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::',
    'fe80::1%eth0',
    'nonsense',
    '1.2.3',
    '256.1.1.1',
    '1:2:3',
    '1::2::3',
    '',
  ];
  for (const address of closed) expect(isPublicAddress(address), address).toBe(false);
});

test('every spelling of an IPv6 address of the public part is read', () => {
  const open = fc.ipV6().map((address) => address.replace(/^[0-9a-f]{0,4}/i, '2a00'));
  fc.assert(fc.property(open, (address) => !isIPv6(address) || isPublicAddress(address)));
});
