/** What a node signs with: a key in memory, or one that signs elsewhere and never leaves there. */
import { base64url, type CryptoKey, type JWTPayload, SignJWT } from 'jose';

export interface RemoteKey {
  /** ECDSA with P-256 and SHA-256, r and s of 32 bytes each (RFC 7518, section 3.4). */
  sign(bytes: Uint8Array): Uint8Array | Promise<Uint8Array>;
}
export type Es256Key = CryptoKey | RemoteKey;

/** A compact JWT (RFC 7519). */
export async function signEs256(typ: string, claims: JWTPayload, key: Es256Key): Promise<string> {
  const header = { alg: 'ES256', typ };
  if (!('sign' in key)) return new SignJWT(claims).setProtectedHeader(header).sign(key);
  const parts = [header, claims].map((part) => base64url.encode(JSON.stringify(part)));
  const signature = await key.sign(new TextEncoder().encode(parts.join('.')));
  return [...parts, base64url.encode(signature)].join('.');
}

/** A key that stands as a URI (RFC 7512) where its PEM would. */
export const isTokenUri = (key: string): boolean => key.startsWith('pkcs11:');
