/** A self-signed certificate as browsers pin them: ECDSA P-256, 14 days at most. */
import 'reflect-metadata';
import { createHash } from 'node:crypto';
import { PemConverter, X509CertificateGenerator } from '@peculiar/x509';
import type { TlsIdentity } from '../../dataplane/quic/quic.ts';

const P256 = { name: 'ECDSA', namedCurve: 'P-256', hash: 'SHA-256' } as const;
const DAY = 86_400_000;

/** SHA-256 of a whole DER certificate, hexadecimal. */
export const hashOf = (der: Uint8Array) => createHash('sha256').update(der).digest('hex');

export async function selfSigned(): Promise<TlsIdentity & { readonly hash: string }> {
  const keys = await crypto.subtle.generateKey(P256, true, ['sign', 'verify']);
  const certificate = await X509CertificateGenerator.createSelfSigned({
    name: 'CN=echo',
    keys,
    signingAlgorithm: P256,
    notBefore: new Date(Date.now() - DAY),
    notAfter: new Date(Date.now() + 10 * DAY),
  });
  return {
    certificate: certificate.toString('pem'),
    key: PemConverter.encode(await crypto.subtle.exportKey('pkcs8', keys.privateKey), 'PRIVATE KEY'),
    hash: hashOf(new Uint8Array(certificate.rawData)),
  };
}
