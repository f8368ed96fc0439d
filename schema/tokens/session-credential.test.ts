import { Aes128Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { base64url } from 'jose';
import { expect, test } from 'vitest';
import { ClusterId, NodeId, OrgId, SessionId } from '../ids.ts';
import { type CredentialContext, openCredentials, sealCredentials } from './session-credential.ts';

const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex')).buffer;

test('the library computes RFC 9180, appendix A.1.1', async () => {
  const suite = new CipherSuite({
    kem: new DhkemX25519HkdfSha256(),
    kdf: new HkdfSha256(),
    aead: new Aes128Gcm(),
  });
  const recipient = await suite.kem.deriveKeyPair(
    hex('6db9df30aa07dd42ee5e8181afdb977e538f5e1fec8a06223f33f7013e525037'),
  );
  expect(Buffer.from(await suite.kem.serializePublicKey(recipient.publicKey)).toString('hex')).toBe(
    '3948cfe0ad1ddb695d780e59077195da6c56506b027329794ab02bca80815c4d',
  );
  const opened = await suite.open(
    {
      recipientKey: recipient,
      enc: hex('37fda3567bdbd628e88668c3c8d7e97d1d1253b6d4ea6d44c150f741f1bf4431'),
      info: hex('4f6465206f6e2061204772656369616e2055726e'),
    },
    hex('f938558b5d72f1a23810b4be2ab4f84331acc02fc97babc53a52ae8218a355a96d8770ac83d07bea87e13c512a'),
    hex('436f756e742d30'),
  );
  expect(Buffer.from(opened).toString('latin1')).toBe('Beauty is truth, truth beauty');
});

async function makeKeys() {
  const made = await crypto.subtle.generateKey({ name: 'X25519' }, false, ['deriveBits']);
  if (!('privateKey' in made)) throw new Error('X25519 gives pairs');
  const publicKey = new Uint8Array(await crypto.subtle.exportKey('raw', made.publicKey));
  return { privateKey: made.privateKey, publicKey };
}

const context = (): CredentialContext => ({
  cluster: ClusterId.parse(crypto.randomUUID()),
  node: NodeId.parse(crypto.randomUUID()),
  org: OrgId.parse(crypto.randomUUID()),
  session: SessionId.parse(crypto.randomUUID()),
  generation: 1,
  nonce: base64url.encode(crypto.getRandomValues(new Uint8Array(16))),
});
const PASSWORDS = [
  { type: 'password', password: 'the newest' },
  { type: 'password', password: 'the one before' },
] as const;

test('what is sealed to a node opens there, in order', async () => {
  const [keys, of] = [await makeKeys(), context()];
  const sealed = await sealCredentials(base64url.encode(keys.publicKey), of, PASSWORDS);
  expect(sealed).not.toContain('newest');
  expect(await openCredentials(keys, of, sealed)).toEqual(PASSWORDS);
});

test('it opens with no other key, for no other session, node, organization, generation or call', async () => {
  const [keys, of] = [await makeKeys(), context()];
  const sealed = await sealCredentials(base64url.encode(keys.publicKey), of, PASSWORDS);
  await expect(openCredentials(await makeKeys(), of, sealed)).rejects.toMatchObject({ code: 'seal_broken' });
  const other = context();
  for (const name of ['cluster', 'node', 'org', 'session', 'nonce'] as const)
    await expect(openCredentials(keys, { ...of, [name]: other[name] }, sealed), name).rejects.toMatchObject({
      code: 'seal_broken',
    });
  await expect(openCredentials(keys, { ...of, generation: 2 }, sealed)).rejects.toThrow();
});

test('what was changed does not open, and the error says nothing of what is inside', async () => {
  const [keys, of] = [await makeKeys(), context()];
  const sealed = await sealCredentials(base64url.encode(keys.publicKey), of, PASSWORDS);
  for (const changed of [
    `${sealed.slice(0, -4)}AAAA`,
    `v1${sealed.slice(5)}`,
    'hpke1',
    '',
    sealed.replace('.', '.A'),
  ])
    await expect(openCredentials(keys, of, changed)).rejects.toMatchObject({ code: 'seal_broken' });
  const garbled = await sealCredentials(base64url.encode(keys.publicKey), of, [
    // biome-ignore lint/suspicious/noExplicitAny: what an API of another time might send
    { type: 'smoke', signal: 'grey' } as any,
  ]);
  const error = await openCredentials(keys, of, garbled).catch((thrown: unknown) => thrown);
  expect(JSON.stringify([String(error), error])).not.toContain('grey');
});
