import { base64url, generateKeyPair, SignJWT } from 'jose';
import { expect, test } from 'vitest';
import { signSealKey, verifySealKey } from './seal-key.ts';

const refused = { code: 'bad_request' };
const x = new Uint8Array(32).fill(7);
const spkiOf = async (key: CryptoKey) =>
  base64url.encode(new Uint8Array(await crypto.subtle.exportKey('spki', key)));

test("a sealing key is believed when the node's own key signed it, and only then", async () => {
  const [node, other] = [await generateKeyPair('ES256'), await generateKeyPair('ES256')];
  const spki = await spkiOf(node.publicKey);
  const statement = await signSealKey(x, node.privateKey);
  expect(await verifySealKey(statement, spki)).toBe(base64url.encode(x));
  await expect(verifySealKey(statement, await spkiOf(other.publicKey))).rejects.toMatchObject(refused);
  await expect(verifySealKey('nonsense', spki)).rejects.toMatchObject(refused);
});

test('what the node signed for another purpose is no sealing key', async () => {
  const node = await generateKeyPair('ES256');
  const assertion = await new SignJWT({ x: base64url.encode(x) })
    .setProtectedHeader({ alg: 'ES256', typ: 'fabric-node+jwt' })
    .sign(node.privateKey);
  await expect(verifySealKey(assertion, await spkiOf(node.publicKey))).rejects.toMatchObject(refused);
});
