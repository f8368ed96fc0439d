import { expect, test } from 'vitest';
import { LdapSettings } from '../../schema/api/sso.ts';
import { checkAddress, hostOf, isPrivate } from './address.ts';
import { claimAt } from './identity.ts';
import { fillFilter, subjectText } from './ldap-text.ts';

test.each([
  'https://127.0.0.1',
  'https://127.1',
  'https://0x7f000001',
  'https://2130706433',
  'ldaps://0x7f.1',
  'https://10.1.2.3',
  'https://172.31.0.1',
  'https://192.168.0.1',
  'https://169.254.169.254',
  'https://100.64.0.1',
  'https://0.0.0.0',
  'https://[::1]',
  'https://[::]',
  'https://[fd00::1]',
  'https://[fe80::1]',
  'https://[::ffff:127.0.0.1]',
  'https://localhost',
  'https://LOCALHOST.',
  'https://redis',
  'https://vault.internal',
  'ldaps://dc1.local',
])('%s is private: refused unless the installation allows it', (address) => {
  expect(isPrivate(hostOf(address))).toBe(true);
  expect(() => checkAddress(address, true, false)).toThrow('private network');
  expect(() => checkAddress(address, true, true)).not.toThrow();
});

test.each(['https://idp.example.com', 'https://8.8.8.8', 'ldaps://172.32.0.1', 'https://[2606:4700::1111]'])(
  '%s is public, and must be reached over TLS',
  (address) => {
    expect(() => checkAddress(address, true, false)).not.toThrow();
    expect(() => checkAddress(address, false, true)).toThrow('TLS');
  },
);

test('only loopback may go without TLS, where it is allowed at all', () => {
  expect(() => checkAddress('http://127.0.0.1:8080', false, true)).not.toThrow();
  expect(() => checkAddress('http://10.0.0.1', false, true)).toThrow('TLS');
});

test.each([
  'ldaps://example.com\\@127.0.0.1',
  'ldaps://user@example.com',
  'ldaps://example.com/dc=x',
  'ldaps://%31%32%37.0.0.1',
  'ldap+x://example.com',
])('%s is no address of a directory', (url) => {
  expect(LdapSettings.safeParse({ kind: 'ldap', url, bindDn: 'x', baseDn: 'x' }).success).toBe(false);
  const plain = { kind: 'ldap', url: 'ldaps://[2606:4700::1111]:636', bindDn: 'x', baseDn: 'x' };
  expect(LdapSettings.safeParse(plain).success).toBe(true);
});

test('a claim is found by its whole name first, then along its dots', () => {
  const claims = { 'https://x.test/groups': ['a'], realm_access: { roles: ['b'] } };
  expect(claimAt(claims, 'https://x.test/groups')).toEqual(['a']);
  expect(claimAt(claims, 'realm_access.roles')).toEqual(['b']);
  for (const path of ['constructor', 'realm_access.toString', 'realm_access.roles.length.x', 'no'])
    expect(claimAt(claims, path)).toBeUndefined();
});

test('what was typed is only a value in the filter (RFC 4515, section 4)', async () => {
  const fill = (value: string) => fillFilter('(|(uid={username})(mail={username}))', '{username}', value);
  expect((await fill('a*)(uid=b\\')).toLowerCase()).toBe(
    '(|(uid=a\\2a\\29\\28uid=b\\5c)(mail=a\\2a\\29\\28uid=b\\5c))',
  );
  expect((await fill('\u0000')).toLowerCase()).toContain('\\00');
  expect(await fill("$&$'{username}")).toBe("(|(uid=$&$'{username})(mail=$&$'{username}))");
});

test('a subject is text where the directory has text, hex where it has octets (objectGUID)', () => {
  expect(subjectText(Buffer.from('e2d5f3a0-0000-103e'))).toBe('e2d5f3a0-0000-103e');
  expect(subjectText([Uint8Array.of(0, 255, 16)])).toBe('00ff10');
  expect(subjectText(undefined)).toBeUndefined();
});
