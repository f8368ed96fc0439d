/** A cluster's certificate authority (ECDSA P-256, RFC 5280) and the certificates of its nodes. */
import 'reflect-metadata';
import {
  BasicConstraintsExtension,
  ExtendedKeyUsage,
  ExtendedKeyUsageExtension,
  KeyUsageFlags,
  KeyUsagesExtension,
  Pkcs10CertificateRequest,
  SubjectAlternativeNameExtension,
  X509Certificate,
  X509CertificateGenerator,
} from '@peculiar/x509';
import { and, eq, ne } from 'drizzle-orm';
import { base64url } from 'jose';
import type { KeyPhase } from '../../schema/api/keys.ts';
import { type ClusterId, type NodeId, nodeUri } from '../../schema/ids.ts';
import { Refusal } from '../../schema/refusal.ts';
import { keys } from '../../schema/tables/index.ts';
import type { Tx } from '../db.ts';
import type { Sealer } from './envelope.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY_MS = 86_400_000;
const CA_YEARS = 10;
/** Browsers accept a certificate by its hash only when it spans at most 14 days. */
const NODE_DAYS = 13;
/** Nodes with a slow clock still find a new certificate valid. */
const BACKDATE_MS = 5 * 60_000;

export interface Authority {
  /** Its row. */
  readonly id: string;
  readonly certificate: X509Certificate;
  readonly key: CryptoKey;
}

export interface IssuedCertificate {
  readonly pem: string;
  /** SHA-256 of the DER, base64url. */
  readonly hash: string;
  /** SubjectPublicKeyInfo in DER, and its SHA-256, base64url. */
  readonly publicKey: string;
  readonly spki: string;
  readonly expiresAt: Date;
}

const place = (cluster: ClusterId) => `key:ca:${cluster}`;

export async function createAuthority(
  tx: Tx,
  master: Sealer,
  cluster: ClusterId,
  now: Date,
  phase: KeyPhase = 'active',
): Promise<void> {
  const pair = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    serialNumber: randomSerial(),
    name: `CN=fabric cluster ${cluster}`,
    notBefore: new Date(now.getTime() - BACKDATE_MS),
    notAfter: new Date(now.getTime() + CA_YEARS * 365 * DAY_MS),
    keys: pair,
    signingAlgorithm: P256,
    extensions: [
      new BasicConstraintsExtension(true, 0, true),
      new KeyUsagesExtension(KeyUsageFlags.keyCertSign | KeyUsageFlags.cRLSign, true),
    ],
  });
  const secret = new Uint8Array(await crypto.subtle.exportKey('pkcs8', pair.privateKey));
  await tx.insert(keys).values({
    cluster,
    purpose: 'ca',
    publicPart: certificate.toString('pem'),
    sealed: await master.seal(secret, place(cluster)),
    phase,
    phaseAt: now,
    createdAt: now,
  });
}

export async function loadAuthority(tx: Tx, master: Sealer, cluster: ClusterId): Promise<Authority> {
  const [row] = await tx
    .select()
    .from(keys)
    .where(and(eq(keys.purpose, 'ca'), eq(keys.cluster, cluster), eq(keys.phase, 'active')));
  if (!row) throw new Error(`cluster ${cluster} has no certificate authority`);
  const key = await crypto.subtle.importKey(
    'pkcs8',
    await master.open(row.sealed, place(cluster)),
    P256,
    false,
    ['sign'],
  );
  return { id: row.id, certificate: new X509Certificate(row.publicPart), key };
}

/** The CAs that nodes trust, one PEM after another: the one that certifies now comes first. */
export async function authorityPem(tx: Tx, cluster: ClusterId): Promise<string> {
  const rows = await tx
    .select({ pem: keys.publicPart, phase: keys.phase })
    .from(keys)
    .where(and(eq(keys.purpose, 'ca'), eq(keys.cluster, cluster), ne(keys.phase, 'retired')))
    .orderBy(keys.createdAt);
  const active = rows.find(({ phase }) => phase === 'active');
  if (!active) throw new Error(`cluster ${cluster} has no certificate authority`);
  return [active, ...rows.filter((row) => row !== active)].map(({ pem }) => `${pem.trim()}\n`).join('');
}

/** Only the key is taken from the request; name and rights are ours to give. @throws Refusal `bad_request` */
export async function issueNodeCertificate(
  authority: Authority,
  csr: string,
  node: { cluster: ClusterId; id: NodeId; name: string },
  now: Date,
): Promise<IssuedCertificate> {
  const publicKey = await requestedKey(csr);
  const expiresAt = new Date(now.getTime() + NODE_DAYS * DAY_MS);
  const certificate = await X509CertificateGenerator.create({
    serialNumber: randomSerial(),
    subject: `CN=${node.name}`,
    issuer: authority.certificate.subject,
    notBefore: new Date(now.getTime() - BACKDATE_MS),
    notAfter: expiresAt,
    publicKey,
    signingKey: authority.key,
    signingAlgorithm: P256,
    extensions: [
      new BasicConstraintsExtension(false, undefined, true),
      new KeyUsagesExtension(KeyUsageFlags.digitalSignature, true),
      new ExtendedKeyUsageExtension([ExtendedKeyUsage.serverAuth, ExtendedKeyUsage.clientAuth]),
      new SubjectAlternativeNameExtension([
        { type: 'url', value: nodeUri(node.cluster, node.id) },
        { type: 'dns', value: node.name },
      ]),
    ],
  });
  const spki = new Uint8Array(certificate.publicKey.rawData);
  return {
    pem: certificate.toString('pem'),
    hash: await sha256(certificate.rawData),
    publicKey: base64url.encode(spki),
    spki: await sha256(spki),
    expiresAt,
  };
}

/** The key that a certificate request proves to hold. @throws Refusal `bad_request` */
export async function requestedKey(csr: string): Promise<CryptoKey> {
  try {
    const request = new Pkcs10CertificateRequest(csr);
    if (!(await request.verify())) throw new Error('its signature does not verify');
    const key = await request.publicKey.export();
    const algorithm = key.algorithm;
    if (algorithm.name !== 'ECDSA' || !('namedCurve' in algorithm) || algorithm.namedCurve !== 'P-256') {
      throw new Error('the key is not ECDSA P-256');
    }
    return key;
  } catch (cause) {
    throw new Refusal(
      'bad_request',
      `the certificate request was refused: ${cause instanceof Error ? cause.message : ''}`,
      { cause },
    );
  }
}

/** SHA-256 of a certificate, base64url. */
export const fingerprintOf = (pem: string): Promise<string> => sha256(new X509Certificate(pem).rawData);

/** SHA-256 of its SubjectPublicKeyInfo, base64url. */
export async function spkiOf(key: CryptoKey): Promise<string> {
  return sha256(await crypto.subtle.exportKey('spki', key));
}

async function sha256(bytes: BufferSource): Promise<string> {
  return base64url.encode(new Uint8Array(await crypto.subtle.digest('SHA-256', bytes)));
}

/** Positive, 16 random bytes (RFC 5280 section 4.1.2.2). */
function randomSerial(): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  bytes[0] = ((bytes[0] ?? 0) & 0x7f) | 0x40;
  return Array.from(bytes, (octet) => octet.toString(16).padStart(2, '0')).join('');
}
