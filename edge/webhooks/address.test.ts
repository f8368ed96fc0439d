import { expect, test } from 'vitest';
import { checkAddresses, checkWebhookUrl } from './address.ts';

test('only https, no credentials, no literal that is closed', () => {
  const refused = [
    'http://example.com/',
    'ftp://example.com/',
    'file:///etc/passwd',
    'https://user:password@example.com/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://169.254.169.254/latest/meta-data',
    'nonsense',
  ];
  for (const url of refused)
    expect(() => checkWebhookUrl(url, false), url).toThrow(
      expect.objectContaining({ code: 'address_not_allowed' }),
    );
  expect(checkWebhookUrl('https://example.com/hook?x=1', false).hostname).toBe('example.com');
  expect(checkWebhookUrl('http://127.0.0.1:8080/', true).port).toBe('8080');
  expect(() => checkWebhookUrl('ftp://example.com/', true)).toThrow();
});

test('a name with one closed address among public ones is refused', () => {
  expect(() => checkAddresses(['1.1.1.1', '10.0.0.1'], false)).toThrow('public internet');
  expect(() => checkAddresses([], true)).toThrow('no address');
  checkAddresses(['1.1.1.1'], false);
  checkAddresses(['10.0.0.1'], true);
});
