import { exportJWK, generateKeyPair } from 'jose';
import { expect, test } from 'vitest';
import { UserId } from '../../schema/ids.ts';
import type { Caller } from '../caller.ts';
import { issueAccessToken } from './access.ts';
import { verifiedCaller } from './verified.ts';

const now = Date.now();
const user = UserId.parse(crypto.randomUUID());
const caller: Caller = {
  user,
  platformRole: null,
  signIn: crypto.randomUUID(),
  device: null,
  authenticatedAt: now,
  evidence: ['pwd'],
  ssoOrg: null,
};

async function platformKeys() {
  const { privateKey, publicKey } = await generateKeyPair('EdDSA');
  const keys = { keys: [{ ...(await exportJWK(publicKey)), kid: 'k', alg: 'EdDSA' }] };
  return {
    keys,
    token: await issueAccessToken(caller, { key: privateKey, kid: 'k' }, now),
  };
}

test('a token that was checked before is known, and ends when it ends', async () => {
  const { keys, token } = await platformKeys();
  expect((await verifiedCaller(token, keys, now)).user).toBe(user);
  expect((await verifiedCaller(token, keys, now + 1)).user).toBe(user);
  await expect(verifiedCaller(token, keys, now + 700_000)).rejects.toMatchObject({ code: 'token_expired' });
});

test('a token with another signature is checked anew, however like it is', async () => {
  const { keys, token } = await platformKeys();
  await verifiedCaller(token, keys, now);
  await expect(verifiedCaller(`${token.slice(0, -4)}AAAA`, keys, now)).rejects.toMatchObject({
    code: 'token_invalid',
  });
});

test('keys that were exchanged forget every token of the old ones', async () => {
  const [old, fresh] = [await platformKeys(), await platformKeys()];
  await verifiedCaller(old.token, old.keys, now);
  await expect(verifiedCaller(old.token, fresh.keys, now)).rejects.toMatchObject({ code: 'token_invalid' });
});
