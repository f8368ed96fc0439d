import { expect, test } from 'vitest';
import { kitHtml, kitText } from './emergency-kit.ts';

const KIT = { address: 'https://fabric.test', email: '"><script>@b.test', secretKey: 'F1-AAAAA' };

test('both forms say where, who and with which key', () => {
  for (const part of Object.values(KIT)) expect(kitText(KIT)).toContain(part);
  for (const part of [KIT.address, KIT.secretKey]) expect(kitHtml(KIT)).toContain(part);
});

test('nothing that a person is called becomes markup', () => {
  expect(kitHtml(KIT)).not.toContain('<script>');
});
