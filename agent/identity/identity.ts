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

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Renewed after this share of the certificate's life. */
const RENEW_AFTER = 2 / 3;

export interface NodeKey {
  readonly privateKey: CryptoKey;
  /** PKCS#8 */
  readonly pem: string;
  /** A PKCS#10 request for it, PEM. */
  readonly csr: () => Promise<string>;
  readonly seal: SealSecret;
  /** The public half, signed by this node's key. */
  readonly sealKey: string;
}

export interface Identity {
  readonly key: NodeKey;
  readonly enrolment: z.infer<typeof Enrolment>;
}

export class IdentityStore {
  readonly #folder: string;
  constructor(data: string) {
    this.#folder = join(data, 'identity');
  }

  /** The key, made on first use. */
  async key(name: string): Promise<NodeKey> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await chmod(this.#folder, 0o700);
    const pem = await this.#secret('node.key', () => generateKeyPairSync('ec', { namedCurve: 'P-256' }));
    const seal = sealSecretOf(await this.#secret('seal.key', () => generateKeyPairSync('x25519')));
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

/** PKCS#10. Needed a few times in a node's life: what makes it is loaded then. */
async function certificateRequest(privateKey: CryptoKey, name: string): Promise<string> {
  await import('reflect-metadata');
  const { Pkcs10CertificateRequestGenerator } = await import('@peculiar/x509');
  const { d: _, key_ops: __, ...publicJwk } = await crypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, P256, true, ['verify']);
  const request = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys: { privateKey, publicKey },
    signingAlgorithm: P256,
  });
  return request.toString('pem');
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
