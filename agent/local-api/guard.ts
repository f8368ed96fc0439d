/** Who may speak to the local API: pure decisions. A web page on this machine's browser must not, whatever name it gives the address; a command needs more than being local. */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Refusal } from '../../schema/refusal.ts';

export interface Asked {
  readonly over: 'socket' | 'tcp';
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
  readonly authorization: string | undefined;
}

const LOOPBACK = /^(localhost|127\.0\.0\.1|\[::1\])(:\d{1,5})?$/i;

/** @throws Refusal `forbidden`: another name for this address (DNS rebinding), or a browser */
export function requireLocal({ over, host, origin, fetchSite }: Asked): void {
  if (over === 'tcp' && !LOOPBACK.test(host ?? ''))
    throw new Refusal('forbidden', 'the local API answers to localhost and 127.0.0.1 only');
  // A browser that follows a link says where from; none but `none` (typed by the person) is fine.
  if (origin !== undefined || (fetchSite !== undefined && fetchSite !== 'none'))
    throw new Refusal('forbidden', 'the local API is not for web pages');
}

/** Who reached the socket is its owner or root; over TCP whoever can read the token file says so. @throws Refusal `unauthenticated` */
export function requireOperator({ over, authorization }: Asked, token: string): void {
  if (over === 'socket') return;
  const digest = (text: string) => createHash('sha256').update(text).digest();
  if (!timingSafeEqual(digest(authorization ?? ''), digest(`Bearer ${token}`)))
    throw new Refusal(
      'unauthenticated',
      'send the content of local.token as a bearer token, or use the socket',
    );
}
