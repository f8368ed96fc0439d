/** WebTransport over WebSocket in a browser: the library's, loaded when QUIC has failed. */
import type { WebTransportLike } from '../transport/webtransport.ts';
import { reliableSession } from './reliable-session.ts';

/** What the library's browser build exports. */
interface BrowserLibrary {
  readonly WebTransportPonyfill: new (url: string) => WebTransportLike & { readonly ready: Promise<void> };
}

/** The server must show a certificate that the browser trusts by itself: a WebSocket knows no pinned ones. @throws when it is not reached or not trusted */
export async function dialPonyfill(url: string, signal: AbortSignal): Promise<WebTransportLike> {
  const { WebTransportPonyfill } = (await import(
    '@fails-components/webtransport'
  )) as unknown as BrowserLibrary;
  signal.throwIfAborted();
  const session = new WebTransportPonyfill(url);
  session.closed.catch(() => {});
  const abort = () => session.close();
  signal.addEventListener('abort', abort, { once: true });
  try {
    await session.ready;
    return reliableSession(session);
  } finally {
    signal.removeEventListener('abort', abort);
  }
}
