import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ApiKeyId, OrgId } from '../ids.ts';
import { claimedByApiKey, newApiKey } from './api-key.ts';

const uuid = fc.uuid({ version: 4 });

test('a key says which organization and which key it is', () => {
  fc.assert(
    fc.property(uuid, uuid, (org, id) => {
      const key = newApiKey(OrgId.parse(org), ApiKeyId.parse(id));
      expect(key).toMatch(/^fabk_/);
      expect(claimedByApiKey(key)).toEqual({ org, id });
    }),
  );
});

test('two keys of one id share no secret', () => {
  const [org, id] = [OrgId.parse(crypto.randomUUID()), ApiKeyId.parse(crypto.randomUUID())];
  expect(newApiKey(org, id)).not.toBe(newApiKey(org, id));
});

test('what is not of the form is none, and never throws', () => {
  fc.assert(
    fc.property(fc.string(), (text) => {
      expect(claimedByApiKey(`fabk_${text}`)).toBeUndefined();
    }),
  );
  expect(claimedByApiKey(`fabk_${'A'.repeat(43)}_${'A'.repeat(42)}`)).toBeUndefined();
});
