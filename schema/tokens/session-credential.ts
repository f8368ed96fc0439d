/**
 * What a service node signs in to a session's target with, sealed to that node's sealing key so that nothing on the way can read it: HPKE in base mode
 * (RFC 9180), DHKEM(X25519, HKDF-SHA256), HKDF-SHA256, AES-256-GCM. Bound to the node, the session and the one call that asked. Text form:
 * `hpke1.<encapsulated key>.<ciphertext and tag>`, base64url.
 */
import { Aes256Gcm, CipherSuite, DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/core';
import { base64url } from 'jose';
import { z } from 'zod';
import type { ClusterId, NodeId, OrgId, SessionId } from '../ids.ts';
import { Refusal } from '../refusal.ts';
import { Credential } from '../resource.ts';

const FORM = 'hpke1';
const X25519 = { name: 'X25519' } as const;
const suite = new CipherSuite({
  kem: new DhkemX25519HkdfSha256(),
  kdf: new HkdfSha256(),
  aead: new Aes256Gcm(),
});

/** The newest first; after it, while it is still good, the one before. */
const Credentials = z.array(Credential).min(1).max(2);

/** What both ends must agree on for it to open. */
export interface CredentialContext {
  readonly cluster: ClusterId;
  readonly node: NodeId;
  readonly org: OrgId;
  readonly session: SessionId;
  readonly generation: number;
  /** Made by the node for this one call. */
  readonly nonce: string;
}

/** @param sealKey the node's, raw, base64url */
export async function sealCredentials(
  sealKey: string,
  context: CredentialContext,
  credentials: readonly Credential[],
): Promise<string> {
  const raw = Uint8Array.from(base64url.decode(sealKey));
  const recipientPublicKey = await suite.kem.importKey('raw', raw.buffer);
  const plain = new TextEncoder().encode(JSON.stringify(credentials));
  const { enc, ct } = await suite.seal({ recipientPublicKey, info: infoOf(context) }, plain, aadOf(context));
  plain.fill(0);
  return [FORM, base64url.encode(new Uint8Array(enc)), base64url.encode(new Uint8Array(ct))].join('.');
}

/** @param keys the node's own. @throws Refusal `seal_broken` for what was sealed to another, for another session, or changed */
export async function openCredentials(
  keys: { readonly privateKey: CryptoKey; readonly publicKey: Uint8Array },
  context: CredentialContext,
  sealed: string,
): Promise<Credential[]> {
  let plain: Uint8Array | undefined;
  try {
    const [form, enc = '', ciphertext = ''] = sealed.split('.');
    if (form !== FORM) throw new Error('not sealed in a form known here');
    const publicKey = await crypto.subtle.importKey('raw', own(keys.publicKey), X25519, true, []);
    const recipientKey = { privateKey: keys.privateKey, publicKey };
    const opening = { recipientKey, enc: own(base64url.decode(enc)).buffer, info: infoOf(context) };
    plain = new Uint8Array(
      await suite.open(opening, own(base64url.decode(ciphertext)).buffer, aadOf(context)),
    );
    return Credentials.parse(JSON.parse(new TextDecoder().decode(plain)));
  } catch {
    // Without its cause: what a parser says may quote what it read.
    throw new Refusal('seal_broken', 'the credential was not sealed for this node and this session');
  } finally {
    plain?.fill(0);
  }
}

const own = (bytes: Uint8Array): Uint8Array<ArrayBuffer> => Uint8Array.from(bytes);

/** No part holds a line end. */
function infoOf({ cluster, node, org, session, generation }: CredentialContext): ArrayBuffer {
  const parts = ['fabric session credential v1', cluster, node, org, session, String(generation)];
  return new TextEncoder().encode(parts.join('\n')).buffer;
}

const aadOf = ({ nonce }: CredentialContext): ArrayBuffer => new TextEncoder().encode(nonce).buffer;
