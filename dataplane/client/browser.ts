/** Dials an entry with the browser's own WebTransport. */
import { base64url } from 'jose';
import type { EntryPoint } from '../../schema/api/sessions.ts';
import type { Connection } from '../transport/transport.ts';
import { webTransportConnection } from '../transport/webtransport.ts';

export async function dialBrowser(
  { url, certificateHashes }: EntryPoint,
  signal: AbortSignal,
): Promise<Connection> {
  const serverCertificateHashes = certificateHashes.map((hash) => ({
    algorithm: 'sha-256',
    value: Uint8Array.from(base64url.decode(hash)),
  }));
  const session = new WebTransport(url, { serverCertificateHashes });
  const abort = () => session.close();
  signal.addEventListener('abort', abort, { once: true });
  session.closed.catch(() => {});
  try {
    await session.ready;
    return webTransportConnection(session);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
