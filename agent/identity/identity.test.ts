import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { base64url } from 'jose';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { ClusterId, NodeId } from '../../schema/ids.ts';
import { verifySealKey } from '../../schema/tokens/seal-key.ts';
import { IdentityStore, isSealKeyKnown } from './identity.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'identity-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

test('the sealing key is made once, stays on the node, and is stated under the node’s key', async () => {
  const first = await new IdentityStore(folder).key('n');
  const again = await new IdentityStore(folder).key('n');
  expect(again.seal).toEqual(first.seal);
  expect(statSync(join(folder, 'identity', 'seal.key')).mode & 0o777).toBe(0o600);
  const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', first.privateKey as CryptoKey);
  const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
  const jwk = { kty, crv, x, y } as JsonWebKey;
  const publicKey = await crypto.subtle.importKey('jwk', jwk, algorithm, true, ['verify']);
  const spki = base64url.encode(new Uint8Array(await crypto.subtle.exportKey('spki', publicKey)));
  expect(await verifySealKey(first.sealKey, spki)).toBe(base64url.encode(first.seal.publicKey));
});

test('a node that the cluster knows no sealing key of, or another one, has to say its own', async () => {
  const key = await new IdentityStore(folder).key('n');
  const enrolment = {
    node: NodeId.parse(crypto.randomUUID()),
    cluster: ClusterId.parse(crypto.randomUUID()),
    certificate: '',
    ca: '',
    signingKeys: { keys: [] },
  };
  expect(isSealKeyKnown({ key, enrolment })).toBe(false);
  expect(isSealKeyKnown({ key, enrolment: { ...enrolment, sealKey: 'A'.repeat(43) } })).toBe(false);
  const sealKey = base64url.encode(key.seal.publicKey);
  expect(isSealKeyKnown({ key, enrolment: { ...enrolment, sealKey } })).toBe(true);
});
