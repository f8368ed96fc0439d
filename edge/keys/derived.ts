/** Keys for one purpose each, derived from the master key (HKDF, RFC 5869), and what is computed with them. */
import { fromText, type Octets, textOctets } from '../../schema/sign-in/octets.ts';

export type Purpose = 'unknown accounts' | 'recovery codes' | 'idempotent requests' | 'key ids';

/** HMAC-SHA256 expanded to any length: the same input gives the same octets, and nobody else can tell them from random ones. */
export async function derivedOctets(
  masterKey: string,
  purpose: Purpose,
  input: string,
  length: number,
): Promise<Octets> {
  const key = await crypto.subtle.importKey('raw', fromText(masterKey), 'HKDF', false, ['deriveBits']);
  const parameters = {
    name: 'HKDF',
    hash: 'SHA-256',
    salt: textOctets(`fabric ${purpose}`),
    info: textOctets(input),
  };
  return new Uint8Array(await crypto.subtle.deriveBits(parameters, key, length * 8));
}
