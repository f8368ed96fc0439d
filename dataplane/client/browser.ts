/** Dials an entry with the browser's own WebTransport; over WebSocket where that comes to nothing. */
import { base64url } from 'jose';
import type { EntryPoint } from '../../schema/api/sessions.ts';
import { webAead } from '../channel/web-aead.ts';
import type { Connection } from '../transport/transport.ts';
import { type WebTransportLike, webTransportConnection } from '../transport/webtransport.ts';
import { dialPonyfill } from '../webtransport/ponyfill.ts';
import { dialFirst } from './race.ts';

export { webAead };

export function dialBrowser(entry: EntryPoint, signal: AbortSignal): Promise<Connection> {
  return dialFirst(
    async (carrier, given) =>
      webTransportConnection(
        await (carrier === 'quic' ? dialOwn(entry, given) : dialPonyfill(entry.url, given)),
      ),
    signal,
  );
}

async function dialOwn(
  { url, certificateHashes }: EntryPoint,
  signal: AbortSignal,
): Promise<WebTransportLike> {
  if (typeof WebTransport === 'undefined') throw new Error('this browser has no WebTransport');
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
    return session;
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
