/** A P-256 key in a PKCS#11 token (SoftHSM, a smart card, a TPM): it signs there and never leaves. */
import { native } from './native.ts';

export interface TokenKey {
  /** SubjectPublicKeyInfo, DER. */
  readonly spki: Uint8Array;
  /** ECDSA with SHA-256, r and s (RFC 7518, section 3.4). @throws Error when the token is gone or does not sign */
  sign(bytes: Uint8Array): Uint8Array;
}

/** @throws Error when there is no such key, or the PIN is wrong */
export function openTokenKey(uri: string): TokenKey {
  return {
    spki: bytesOr(native.tokenPublicKey(uri)),
    sign: (bytes) => bytesOr(native.tokenSign(uri, bytes)),
  };
}

function bytesOr(answer: Uint8Array | string | undefined): Uint8Array {
  if (answer instanceof Uint8Array) return answer;
  throw new Error(`the key in the token is not usable: ${answer ?? 'no answer'}`);
}
