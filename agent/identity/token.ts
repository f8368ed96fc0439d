/** The node's key in a PKCS#11 token: requests, assertions and handshakes are signed there. */
import { readFileSync, statSync } from 'node:fs';
import type { TokenKey } from '../../dataplane/quic/token-key.ts';
import type { SealSecret } from '../../dataplane/roles/role.ts';
import { Refusal } from '../../schema/refusal.ts';
import { signSealKey } from '../../schema/tokens/seal-key.ts';
import type { NodeKey } from './node-key.ts';
import { P256, requestFor } from './request.ts';

/** As far from here as from the bundle (`agent/dist/`). Only who has a token loads the addon. */
const MODULE = new URL('../../dataplane/quic/token-key.ts', import.meta.url);

/** The URI with where the PIN is (RFC 7512, section 2.4); GnuTLS reads it when it is needed. The PIN itself is in no variable, argument or log. */
export function tokenUri({
  keyUri,
  keyPinFile,
}: {
  keyUri: string;
  keyPinFile?: string | undefined;
}): string {
  if (keyPinFile === undefined) return keyUri;
  const source = `pin-source=${encodeURI(keyPinFile).replaceAll('&', '%26').replaceAll('?', '%3F')}`;
  return `${keyUri}${keyUri.includes('?') ? '&' : '?'}${source}`;
}

/** Why others may read the PIN, or it is not there; undefined when all is well. */
export function pinProblem(file: string): string | undefined {
  try {
    if ((statSync(file).mode & 0o007) !== 0) return 'everybody on this host may read the PIN';
    // GnuTLS takes the file as it is.
    return /\s/.test(readFileSync(file, 'latin1'))
      ? 'the PIN has a space or a line break: printf %s'
      : undefined;
  } catch {
    return 'the file with the PIN is not there';
  }
}

/** @throws Refusal `unavailable`: no such token, no such key, a wrong PIN */
export async function openToken(uri: string): Promise<TokenKey> {
  const { openTokenKey } = (await import(MODULE.href)) as typeof import('../../dataplane/quic/token-key.ts');
  const told = <T>(work: () => T): T => {
    try {
      return work();
    } catch (cause) {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new Refusal(
        'unavailable',
        `${why}: is the token there, and its PIN right, without a line break in its file?`,
        { cause },
      );
    }
  };
  const key = told(() => openTokenKey(uri));
  return { spki: key.spki, sign: (bytes) => told(() => key.sign(bytes)) };
}

export async function loadTokenKey(uri: string, name: string, seal: SealSecret): Promise<NodeKey> {
  const key = await openToken(uri);
  const sealKey = await signSealKey(seal.publicKey, key);
  return { privateKey: key, pem: uri, csr: () => request(key, name), seal, sealKey };
}

async function request(key: TokenKey, name: string): Promise<string> {
  const publicKey = await crypto.subtle.importKey('spki', Uint8Array.from(key.spki), P256, true, ['verify']);
  // Says of what kind the key is, and signs nothing.
  const { privateKey } = await crypto.subtle.generateKey(P256, false, ['sign', 'verify']);
  return requestFor(name, { privateKey, publicKey }, (bytes) => key.sign(bytes));
}
