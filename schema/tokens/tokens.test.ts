import { calculateJwkThumbprint, exportJWK, generateKeyPair, type JSONWebKeySet } from 'jose';
import { beforeAll, expect, test } from 'vitest';
import { z } from 'zod';
import { AttachmentId, ClusterId, NodeId, OrgId, ResourceId, SessionId, UserId } from '../ids.ts';
import type { RefusalCode } from '../refusal.ts';
import {
  authorizeChannel,
  authorizeEntry,
  authorizeService,
  type DataPlaneClaims,
  type DataPlaneVerifier,
  dataPlaneVerifier,
  issueDataPlaneToken,
  UsedTokens,
} from './data-plane.ts';
import { claimedNode, signNodeAssertion, verifyNodeAssertion } from './node-assertion.ts';
import { proveToken, publicClientKey, verifyProof } from './proof.ts';
import { signFor, verifySigned } from './signed.ts';

const NOW = Date.UTC(2026, 0, 1);
const id = <T extends z.ZodType>(schema: T): z.output<T> => schema.parse(crypto.randomUUID());
const cluster = id(ClusterId);
const entry = id(NodeId);
const service = id(NodeId);

let client: CryptoKeyPair;
let signer: { key: CryptoKey; kid: string };
let keys: JSONWebKeySet;
let verify: DataPlaneVerifier;
let claims: Omit<DataPlaneClaims, 'iss' | 'exp'>;

beforeAll(async () => {
  client = await generateKeyPair('EdDSA');
  const pair = await generateKeyPair('EdDSA');
  signer = { key: pair.privateKey, kid: 'k1' };
  keys = { keys: [{ ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'EdDSA' }] };
  verify = dataPlaneVerifier(cluster, keys);
  claims = {
    jti: 'once',
    sub: id(UserId),
    org: id(OrgId),
    cluster,
    epoch: 1,
    session: id(SessionId),
    generation: 1,
    attachment: id(AttachmentId),
    resource: id(ResourceId),
    protocol: 'ssh',
    service,
    seal: 'A'.repeat(43),
    entries: [entry],
    channels: { terminal: { send: true, receive: true }, clipboard: { send: false, receive: false } },
    role: 'controller',
    name: 'Ada',
    cnf: { jkt: await calculateJwkThumbprint(await publicClientKey(client.publicKey)) },
  };
});

const refusedWith = (code: RefusalCode) => expect.objectContaining({ name: 'Refusal', code });

test('a genuine token gives back its claims', async () => {
  expect(await verify(await issueDataPlaneToken(claims, signer, NOW), NOW)).toMatchObject(claims);
});

test('refuses a token after its minute', async () => {
  const token = await issueDataPlaneToken(claims, signer, NOW);
  await expect(verify(token, NOW + 66_000)).rejects.toEqual(refusedWith('token_expired'));
});

test('refuses a token in which any one character was changed', async () => {
  const token = await issueDataPlaneToken(claims, signer, NOW);
  for (let at = 0; at < token.length; at += 1) {
    // The last character of a 64-byte signature carries four bits that decode to nothing.
    if (at === token.length - 1) continue;
    const changed = token.slice(0, at) + (token[at] === 'A' ? 'B' : 'A') + token.slice(at + 1);
    await expect(verify(changed, NOW), `character ${at}`).rejects.toEqual(refusedWith('token_invalid'));
  }
});

test("refuses another cluster's token, whoever signed it", async () => {
  const foreign = await issueDataPlaneToken({ ...claims, cluster: id(ClusterId) }, signer, NOW);
  await expect(verify(foreign, NOW)).rejects.toEqual(refusedWith('token_wrong_cluster'));
  const other = await generateKeyPair('EdDSA');
  const forged = await issueDataPlaneToken(claims, { key: other.privateKey, kid: 'k1' }, NOW);
  await expect(verify(forged, NOW)).rejects.toEqual(refusedWith('token_invalid'));
});

test('authorizes only the nodes and channels it names', () => {
  const full = { ...claims, iss: '', exp: 0 };
  expect(() => authorizeEntry(full, service)).toThrow(refusedWith('token_wrong_node'));
  expect(() => authorizeService(full, entry)).toThrow(refusedWith('token_wrong_node'));
  expect(authorizeChannel(full, 'terminal').send).toBe(true);
  for (const channel of ['stream', 'clipboard'] as const) {
    expect(() => authorizeChannel(full, channel)).toThrow(refusedWith('channel_not_allowed'));
  }
});

test('a token is used once, is forgotten after it expired, and a full memory refuses', () => {
  const used = new UsedTokens(1);
  const exp = NOW / 1000 + 60;
  used.use({ jti: 'a', exp }, NOW);
  expect(() => used.use({ jti: 'a', exp }, NOW + 64_000)).toThrow(refusedWith('token_replayed'));
  expect(() => used.use({ jti: 'b', exp }, NOW)).toThrow(refusedWith('overloaded'));
  used.use({ jti: 'b', exp: exp + 60 }, NOW + 66_000);
});

test('a token to resume is no token to attach, nor the other way round, and it outlives the minute', async () => {
  const resume = await issueDataPlaneToken(claims, signer, NOW, 'resume');
  await expect(verify(resume, NOW)).rejects.toEqual(refusedWith('token_invalid'));
  await expect(verify(await issueDataPlaneToken(claims, signer, NOW), NOW, 'resume')).rejects.toEqual(
    refusedWith('token_invalid'),
  );
  expect(await verify(resume, NOW + 11 * 3600_000, 'resume')).toMatchObject(claims);
  await expect(verify(resume, NOW + 13 * 3600_000, 'resume')).rejects.toEqual(refusedWith('token_expired'));
});

test('a proof holds for its own token, message, key and time only', async () => {
  const token = await issueDataPlaneToken(claims, signer, NOW);
  const said = Uint8Array.of(1, 2, 3);
  const proof = await proveToken(token, said, client, NOW);
  await verifyProof(proof, token, said, claims.cnf.jkt, NOW);
  const thief = await proveToken(token, said, await generateKeyPair('EdDSA'), NOW);
  const cases: [string, string, Uint8Array, number][] = [
    [thief, token, said, NOW],
    [proof, `${token}x`, said, NOW],
    [proof, token, Uint8Array.of(1, 2, 4), NOW],
    [proof, token, said, NOW + 120_000],
    ['not.a.proof', token, said, NOW],
  ];
  for (const [given, of, message, now] of cases) {
    await expect(verifyProof(given, of, message, claims.cnf.jkt, now)).rejects.toEqual(
      refusedWith('proof_invalid'),
    );
  }
});

test('a node assertion names its node and dies in half a minute', async () => {
  const node = await generateKeyPair('ES256');
  const assertion = await signNodeAssertion(service, node.privateKey, NOW);
  expect(claimedNode(assertion)).toBe(service);
  expect((await verifyNodeAssertion(assertion, node.publicKey, NOW)).iss).toBe(service);
  await expect(verifyNodeAssertion(assertion, node.publicKey, NOW + 40_000)).rejects.toEqual(
    refusedWith('token_expired'),
  );
  const other = await generateKeyPair('ES256');
  await expect(verifyNodeAssertion(assertion, other.publicKey, NOW)).rejects.toEqual(
    refusedWith('token_invalid'),
  );
});

test('a signed answer is for one node, one cluster and one purpose', async () => {
  const shape = z.strictObject({ version: z.int() });
  const to = { cluster, node: service };
  const text = await signFor('snapshot', to, { version: 3 }, signer, { now: NOW, seconds: 60 });
  expect(await verifySigned('snapshot', to, shape, text, keys, NOW)).toEqual({ version: 3 });
  const other = z.strictObject({ other: z.int() });
  const refusals = [
    () => verifySigned('session-start', to, shape, text, keys, NOW),
    () => verifySigned('snapshot', { cluster, node: entry }, shape, text, keys, NOW),
    () => verifySigned('snapshot', { cluster: id(ClusterId), node: service }, shape, text, keys, NOW),
    () => verifySigned('snapshot', to, other, text, keys, NOW),
  ];
  for (const refuse of refusals) await expect(refuse()).rejects.toEqual(refusedWith('token_invalid'));
});
