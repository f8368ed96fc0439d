/**
 * A node's X25519 public key for sealing, signed (ES256) by the key its certificate is for, so that nothing between the node and the control API
 * can put another in its place. It says what is so until the node says something else, and therefore does not expire.
 */
import { base64url, compactVerify } from 'jose';
import { z } from 'zod';
import { Refusal } from '../refusal.ts';
import { type Es256Key, signEs256 } from './es256.ts';

const TYP = 'fabric-seal-key+jwt';
/** Raw, base64url. */
export const SealKey = z.string().length(43);
const Claims = z.strictObject({ x: SealKey });

export function signSealKey(publicKey: Uint8Array, nodeKey: Es256Key): Promise<string> {
  return signEs256(TYP, { x: base64url.encode(publicKey) }, nodeKey);
}

/** @param spki the node's public key, base64url. @returns the key, base64url. @throws Refusal `bad_request` */
export async function verifySealKey(statement: string, spki: string): Promise<string> {
  try {
    const der = Uint8Array.from(base64url.decode(spki));
    const algorithm = { name: 'ECDSA', namedCurve: 'P-256' };
    const key = await crypto.subtle.importKey('spki', der, algorithm, false, ['verify']);
    const { payload, protectedHeader } = await compactVerify(statement, key, { algorithms: ['ES256'] });
    if (protectedHeader.typ !== TYP) throw new Error('it says something else');
    return Claims.parse(JSON.parse(new TextDecoder().decode(payload))).x;
  } catch (cause) {
    throw new Refusal('bad_request', "the sealing key is not signed by the node's key", { cause });
  }
}
