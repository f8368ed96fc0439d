/** Against the vectors that two other implementations publish, byte for byte, with both of our ciphers. */
import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { z } from 'zod';
import type { Aead, MakeAead } from './aead.ts';
import { nodeAead } from './node-aead.ts';
import { type DhKeys, initiate, makeDhKeys, respond } from './noise.ts';
import { webAead } from './web-aead.ts';

const Vectors = z.object({
  vectors: z.array(
    z.object({
      from: z.string(),
      init_prologue: z.string(),
      init_ephemeral: z.string(),
      init_remote_static: z.string(),
      resp_static: z.string(),
      resp_ephemeral: z.string(),
      handshake_hash: z.string().optional(),
      messages: z.array(z.object({ payload: z.string(), ciphertext: z.string() })).min(4),
    }),
  ),
});
const { vectors } = Vectors.parse(
  JSON.parse(readFileSync(new URL('noise-vectors.json', import.meta.url), 'utf8')),
);
const hex = (text: string) => Uint8Array.from(Buffer.from(text, 'hex'));
const toHex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');

/** A private key as PKCS#8 (RFC 8410 section 7). */
async function keysOf(secret: string): Promise<DhKeys> {
  const der = hex(`302e020100300506032b656e04220420${secret}`);
  const privateKey = await crypto.subtle.importKey('pkcs8', der, { name: 'X25519' }, true, ['deriveBits']);
  const { x = '' } = await crypto.subtle.exportKey('jwk', privateKey);
  return { privateKey, publicKey: Uint8Array.from(Buffer.from(x, 'base64url')) };
}

const transport = (aead: Aead, counter: number, plain: string) =>
  aead.seal(Uint8Array.of(0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, counter), new Uint8Array(), hex(plain), 0);

const ciphers: [string, MakeAead][] = [
  ['node', nodeAead],
  ['web', webAead],
];

test('there are vectors of two implementations', () => {
  expect(vectors.map(({ from }) => from)).toEqual(['cacophony', 'snow']);
});

test.each(ciphers)('says what the published vectors say: %s', async (_, aead) => {
  for (const vector of vectors) {
    const [first, second, ...rest] = vector.messages;
    if (!first || !second) throw new Error('a handshake has two messages');
    const prologue = hex(vector.init_prologue);
    const service = await keysOf(vector.resp_static);
    expect(toHex(service.publicKey)).toBe(vector.init_remote_static);
    const client = await initiate(
      service.publicKey,
      prologue,
      hex(first.payload),
      aead,
      await keysOf(vector.init_ephemeral),
    );
    expect(toHex(client.message)).toBe(first.ciphertext);
    const ephemeral = await keysOf(vector.resp_ephemeral);
    const far = await respond(service, prologue, client.message, hex(second.payload), aead, ephemeral);
    expect(toHex(far.payload)).toBe(first.payload);
    expect(toHex(far.answer)).toBe(second.ciphertext);
    const near = await client.finish(far.answer);
    expect(toHex(near.payload)).toBe(second.payload);
    expect(toHex(near.hash)).toBe(toHex(far.hash));
    if (vector.handshake_hash) expect(toHex(near.hash)).toBe(vector.handshake_hash);
    const [there, back] = [aead(near.sends), aead(far.sends)];
    for (const [at, { payload, ciphertext }] of rest.entries()) {
      const counter = Math.floor(at / 2);
      expect(toHex(await transport(at % 2 === 0 ? there : back, counter, payload))).toBe(ciphertext);
    }
  }
});

const refused = { code: 'seal_broken' };
const prologue = new TextEncoder().encode('this attachment');
const nothing = new Uint8Array();

test('a service node with another key than the one that was told can not answer', async () => {
  const [real, other] = [await makeDhKeys(), await makeDhKeys()];
  const { message } = await initiate(real.publicKey, prologue, nothing, nodeAead);
  await expect(respond(other, prologue, message, nothing, nodeAead)).rejects.toMatchObject(refused);
});

test('another prologue, a changed byte, a cut or an empty message is noticed by whoever gets it', async () => {
  const service = await makeDhKeys();
  const { message, finish } = await initiate(service.publicKey, prologue, nothing, nodeAead);
  const elsewhere = new TextEncoder().encode('that attachment');
  await expect(respond(service, elsewhere, message, nothing, nodeAead)).rejects.toMatchObject(refused);
  const { answer } = await respond(service, prologue, message, nothing, nodeAead);
  for (let at = 0; at < message.length; at += 1) {
    const changed = Uint8Array.from(message, (octet, n) => (n === at ? octet ^ 1 : octet));
    await expect(respond(service, prologue, changed, nothing, nodeAead)).rejects.toMatchObject(refused);
    await expect(
      respond(service, prologue, message.subarray(0, at), nothing, nodeAead),
    ).rejects.toMatchObject(refused);
  }
  const changed = Uint8Array.from(answer, (octet, n) => (n === 40 ? octet ^ 0x80 : octet));
  await expect(finish(changed)).rejects.toMatchObject(refused);
});

test('a key whose secret all would know is refused', async () => {
  const service = await makeDhKeys();
  const zero = new Uint8Array(48);
  await expect(respond(service, prologue, zero, nothing, nodeAead)).rejects.toMatchObject(refused);
});
