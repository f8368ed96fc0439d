/** Certificates for tests: a throw-away authority and leaves under it. */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import {
  BasicConstraintsExtension,
  PemConverter,
  SubjectAlternativeNameExtension,
  X509CertificateGenerator,
} from '@peculiar/x509';
import type { TlsIdentity } from './quic.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

export interface TestLeaf extends TlsIdentity {
  readonly der: Uint8Array;
  /** SHA-256 of the SubjectPublicKeyInfo, base64url. */
  readonly spki: string;
}

export interface TestAuthority {
  /** PEM */
  readonly ca: string;
  issue(uri: string, days?: { from: number; to: number }, dnsName?: string): Promise<TestLeaf>;
}

export async function testAuthority(): Promise<TestAuthority> {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const root = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=test authority',
    keys,
    signingAlgorithm: P256,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 30 * DAY),
    extensions: [new BasicConstraintsExtension(true, 0, true)],
  });
  return {
    ca: root.toString('pem'),
    issue: async (uri, { from, to } = { from: -1, to: 10 }, dnsName) => {
      const leaf = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
      const certificate = await X509CertificateGenerator.create({
        subject: 'CN=leaf',
        issuer: root.subject,
        publicKey: leaf.publicKey,
        signingKey: keys.privateKey,
        signingAlgorithm: P256,
        notBefore: new Date(Date.now() + from * DAY),
        notAfter: new Date(Date.now() + to * DAY),
        extensions: [
          new SubjectAlternativeNameExtension([
            { type: 'url', value: uri },
            ...(dnsName === undefined ? [] : [{ type: 'dns' as const, value: dnsName }]),
          ]),
        ],
      });
      return {
        certificate: certificate.toString('pem'),
        key: PemConverter.encode(await crypto.subtle.exportKey('pkcs8', leaf.privateKey), 'PRIVATE KEY'),
        der: new Uint8Array(certificate.rawData),
        spki: createHash('sha256').update(new Uint8Array(certificate.publicKey.rawData)).digest('base64url'),
      };
    },
  };
}
