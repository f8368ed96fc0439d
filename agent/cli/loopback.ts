/** A listener on the loopback address for one answer (RFC 8252, section 7.3). Its path can not be guessed, so no other page or program of this machine speaks for the browser. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer } from 'node:http';
import { Refusal, RefusalCode } from '../../schema/refusal.ts';

const WAIT_MS = 10 * 60_000;
const PAGE = (text: string) =>
  `<!doctype html><meta charset="utf-8"><title>Secure Access Fabric</title><p style="font:1.2rem system-ui;margin:4rem">${text}</p>`;

export interface CodeListener extends AsyncDisposable {
  readonly address: string;
  /** @throws Refusal what the other side refused with, or `unavailable` when nobody came */
  readonly code: Promise<string>;
}

export async function listenForCode(waitMs = WAIT_MS): Promise<CodeListener> {
  const path = `/${randomBytes(16).toString('base64url')}`;
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  promise.catch(() => {});
  const server = createServer((request, response) => {
    const url = new URL(request.url ?? '/', 'http://127.0.0.1');
    const code = url.searchParams.get('code');
    const error = url.searchParams.get('error');
    const isOurs = request.method === 'GET' && url.pathname === path && (code !== null || error !== null);
    response.writeHead(isOurs ? 200 : 404, {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy': "default-src 'none'; style-src 'unsafe-inline'",
      'referrer-policy': 'no-referrer',
      connection: 'close',
    });
    response.end(
      PAGE(
        isOurs ? 'Go back to your terminal: this page is done and can be closed.' : 'There is nothing here.',
      ),
    );
    if (!isOurs) return;
    if (code !== null) resolve(code);
    else reject(new Refusal(RefusalCode.safeParse(error).data ?? 'sso_refused'));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const bound = server.address();
  if (typeof bound !== 'object' || bound === null) throw new Error('the listener has no port');
  const late = setTimeout(() => reject(new Refusal('unavailable', 'nobody signed in')), waitMs);
  return {
    address: `http://127.0.0.1:${bound.port}${path}`,
    code: promise,
    [Symbol.asyncDispose]: async () => {
      clearTimeout(late);
      const closed = once(server, 'close');
      server.close();
      server.closeIdleConnections();
      await closed;
    },
  };
}
