/** Is the peer of a node link the node that the snapshot says? Its certificate must chain to the cluster's CA, be valid now, name that node, and hold the very key we were told. */
import { createHash, timingSafeEqual, X509Certificate } from 'node:crypto';
import { type ClusterId, nodeUri } from '../../schema/ids.ts';
import type { Neighbour } from '../../schema/snapshot.ts';

export interface ClusterTrust {
  readonly cluster: ClusterId;
  /** PEM; more than one while the cluster exchanges its CA. */
  readonly ca: string;
}

/** The neighbour that this certificate proves, or undefined. `der` is the leaf. */
export function identifyPeer(
  der: Uint8Array | undefined,
  trust: ClusterTrust,
  neighbours: readonly Neighbour[],
  now: number,
): Neighbour | undefined {
  if (!der) return undefined;
  try {
    const leaf = new X509Certificate(der);
    if (leaf.ca || !trusted(trust.ca).some((ca) => leaf.checkIssued(ca) && leaf.verify(ca.publicKey)))
      return undefined;
    if (now < leaf.validFromDate.getTime() || now > leaf.validToDate.getTime()) return undefined;
    const spki = createHash('sha256')
      .update(leaf.publicKey.export({ type: 'spki', format: 'der' }))
      .digest();
    const known = neighbours.find((neighbour) => isEqual(spki, Buffer.from(neighbour.spki, 'base64url')));
    if (!known) return undefined;
    const names = leaf.subjectAltName?.split(', ') ?? [];
    return names.includes(`URI:${nodeUri(trust.cluster, known.node)}`) ? known : undefined;
  } catch {
    return undefined;
  }
}

const CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/g;

function trusted(pem: string): X509Certificate[] {
  return [...pem.matchAll(CERTIFICATE)].map(([one]) => new X509Certificate(one));
}

function isEqual(a: Buffer, b: Buffer): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
