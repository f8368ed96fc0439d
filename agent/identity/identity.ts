/** Who this node is: a P-256 key made here that never leaves, the certificate the cluster gave for it, and the key that clients seal with. */
import 'reflect-metadata';
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { PemConverter, Pkcs10CertificateRequestGenerator, X509Certificate } from '@peculiar/x509';
import { base64url } from 'jose';
import type { z } from 'zod';
import type { SealSecret } from '../../dataplane/roles/role.ts';
import { Enrolment } from '../../schema/api/nodes.ts';
import { signSealKey } from '../../schema/tokens/seal-key.ts';
import { readIfThere, writeAtomically } from '../atomic-file.ts';

const X25519 = { name: 'X25519' } as const;
const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
/** Renewed after this share of the certificate's life. */
const RENEW_AFTER = 2 / 3;

export interface NodeKey {
  readonly privateKey: CryptoKey;
  /** PKCS#8 */
  readonly pem: string;
  readonly csr: string;
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
    const path = join(this.#folder, 'node.key');
    let pem = await readIfThere(path);
    if (pem === undefined) {
      const made = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
      pem = PemConverter.encode(await crypto.subtle.exportKey('pkcs8', made.privateKey), 'PRIVATE KEY');
      await writeAtomically(path, pem);
    }
    return loadKey(pem, name, await this.#sealSecret());
  }

  async #sealSecret(): Promise<SealSecret> {
    const path = join(this.#folder, 'seal.key');
    const known = await readIfThere(path);
    const pem = known ?? PemConverter.encode(await newSealKey(), 'PRIVATE KEY');
    if (known === undefined) await writeAtomically(path, pem);
    const [der] = PemConverter.decode(pem);
    if (!der) throw new Error('the sealing key is not PEM');
    const key = await crypto.subtle.importKey('pkcs8', der, X25519, true, ['deriveBits']);
    const { x } = await crypto.subtle.exportKey('jwk', key);
    return { pkcs8: new Uint8Array(der), publicKey: base64url.decode(x ?? '') };
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

async function newSealKey(): Promise<ArrayBuffer> {
  const made = await crypto.subtle.generateKey(X25519, true, ['deriveBits']);
  if (!('privateKey' in made)) throw new Error('X25519 gives pairs');
  return crypto.subtle.exportKey('pkcs8', made.privateKey);
}

async function loadKey(pem: string, name: string, seal: SealSecret): Promise<NodeKey> {
  const [der] = PemConverter.decode(pem);
  if (!der) throw new Error('the node key is not PEM');
  const privateKey = await crypto.subtle.importKey('pkcs8', der, P256, true, ['sign']);
  const { d: _, key_ops: __, ...publicJwk } = await crypto.subtle.exportKey('jwk', privateKey);
  const publicKey = await crypto.subtle.importKey('jwk', publicJwk, P256, true, ['verify']);
  const csr = await Pkcs10CertificateRequestGenerator.create({
    name: `CN=${name}`,
    keys: { privateKey, publicKey },
    signingAlgorithm: P256,
  });
  const sealKey = await signSealKey(seal.publicKey, privateKey);
  return { privateKey, pem, csr: csr.toString('pem'), seal, sealKey };
}

/** When to renew, milliseconds since the epoch. */
export function renewalTime(certificatePem: string): number {
  const { notBefore, notAfter } = new X509Certificate(certificatePem);
  return notBefore.getTime() + (notAfter.getTime() - notBefore.getTime()) * RENEW_AFTER;
}

/** Does the cluster tell clients the sealing key this node has? */
export function isSealKeyKnown({ key, enrolment }: Identity): boolean {
  return enrolment.sealKey === base64url.encode(key.seal.publicKey);
}
