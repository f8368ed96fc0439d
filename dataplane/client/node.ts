/** Dials an entry from Node. */
import { base64url } from 'jose';
import type { EntryPoint } from '../../schema/api/sessions.ts';
import type { Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';
import { dialWebTransport } from '../webtransport/webtransport.ts';

export async function dialNode(
  { url, certificateHashes }: EntryPoint,
  signal: AbortSignal,
): Promise<Connection> {
  const hashes = certificateHashes.map((hash) => base64url.decode(hash));
  return webTransportConnection(await dialWebTransport(url, { certificateHashes: hashes, signal }));
}
