/** Who this node is: a P-256 key made here that never leaves, the certificate the cluster gave for it, and the key that clients seal with. */
import { createPrivateKey, generateKeyPairSync, type KeyObject, X509Certificate } from 'node:crypto';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { base64url } from 'jose';
import type { z } from 'zod';
import type { SealSecret } from '../../dataplane/roles/role.ts';
import { Enrolment } from '../../schema/api/nodes.ts';
import { signSealKey } from '../../schema/tokens/seal-key.ts';
import { readIfThere, writeAtomically } from '../atomic-file.ts';
import type { NodeKey } from './node-key.ts';
import { P256, requestFor } from './request.ts';
import { loadTokenKey } from './token.ts';

/** Renewed after this share of the certificate's life. */
const RENEW_AFTER = 2 / 3;

export interface Identity {
  readonly key: NodeKey;
  readonly enrolment: z.infer<typeof Enrolment>;
}

export class IdentityStore {
  readonly #folder: string;
  readonly #token: string | undefined;
  /** @param token the PKCS#11 URI of the node's key; without one it is a file here */
  constructor(data: string, token?: string) {
    this.#folder = join(data, 'identity');
    this.#token = token;
  }

  /** The key, made on first use. */
  async key(name: string): Promise<NodeKey> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await chmod(this.#folder, 0o700);
    if (this.#token !== undefined) {
      return loadTokenKey(this.#token, name, sealSecretOf(await this.#secret('seal.key', newSealKey)));
    }
    const pem = await this.#secret('node.key', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const seal = sealSecretOf(await this.#secret('seal.key', newSealKey));
    return loadKey(pem, name, seal);
  }

  /** PKCS#8 in PEM, made on first use. */
  async #secret(file: string, make: () => { privateKey: KeyObject }): Promise<string> {
    const path = join(this.#folder, file);
    const known = await readIfThere(path);
    if (known !== undefined) return known;
    const pem = make().privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    await writeAtomically(path, pem);
    return pem;
  }

  /** undefined when the node has not enrolled, or what is on disk is not whole. */
  async enrolment(): Promise<z.infer<typeof Enrolment> | undefined> {
    const text = await readIfThere(join(this.#folder, 'enrolment.json'));
    if (text === undefined) return undefined;
    try {
      return Enrolment.parse(JSON.parse(text));
    } catch {
      return undefined;
    }
  }

  async keep(enrolment: z.infer<typeof Enrolment>): Promise<void> {
    await writeAtomically(join(this.#folder, 'enrolment.json'), JSON.stringify(enrolment));
  }
}

const newSealKey = () => generateKeyPairSync('x25519');

function sealSecretOf(pem: string): SealSecret {
  const key = createPrivateKey(pem);
  const { x } = key.export({ format: 'jwk' });
  const der = key.export({ type: 'pkcs8', format: 'der' });
  return { pkcs8: new Uint8Array(der), publicKey: base64url.decode(x ?? '') };
}

async function loadKey(pem: string, name: string, seal: SealSecret): Promise<NodeKey> {
  const der = createPrivateKey(pem).export({ type: 'pkcs8', format: 'der' });
  const privateKey = await crypto.subtle.importKey('pkcs8', new Uint8Array(der), P256, true, ['sign']);
  const sealKey = await signSealKey(seal.publicKey, privateKey);
  return { privateKey, pem, csr: () => certificateRequest(privateKey, name), seal, sealKey };
}

async function certificateRequest(privateKey: CryptoKey, name: string): Promise<string> {
  const { d: _, key_ops: __, ...publicJwk } = await crypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, P256, true, ['verify']);
  return requestFor(name, { privateKey, publicKey });
}

/** When to renew, milliseconds since the epoch. */
export function renewalTime(certificatePem: string): number {
  const { validFromDate, validToDate } = new X509Certificate(certificatePem);
  return validFromDate.getTime() + (validToDate.getTime() - validFromDate.getTime()) * RENEW_AFTER;
}

/** Did the CA that certifies now, the first in the snapshot's, make this certificate? */
export function isFromActive(certificatePem: string, cas: string): boolean {
  return new X509Certificate(certificatePem).verify(new X509Certificate(cas).publicKey);
}

/** Until when it is valid, milliseconds since the epoch. */
export const certificateEnd = (certificatePem: string): number =>
  new X509Certificate(certificatePem).validToDate.getTime();

/** Does the cluster tell clients the sealing key this node has? */
export function isSealKeyKnown({ key, enrolment }: Identity): boolean {
  return enrolment.sealKey === base64url.encode(key.seal.publicKey);
}
