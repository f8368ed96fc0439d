/**
 * Which addresses this server goes to on an organization's word. Anyone who may set up a provider chooses them, so that without these rules the control API would be a
 * way into its own network: TLS always, and no private or loopback address unless the installation allows it. What a name resolves to is checked where the connection is made.
 */
import { Refusal } from '../../schema/refusal.ts';
import { allowsPrivate } from '../env.ts';
import { isPublicAddress, literalAddress } from '../public-address.ts';
import type { Services } from '../services.ts';

const MAX_ANSWER = 512 * 1024;

const PRIVATE_NAME = /^(localhost|[^.]+|.*\.(localhost|local|internal|home\.arpa))\.?$/;

/** The host as URLs normalize it for `https:`; other schemes would leave `0x7f.1` as it is. */
export function hostOf(address: string): string {
  return new URL(address.replace(/^[a-z]+:/i, 'https:')).hostname;
}

export const isLoopback = (host: string) => /^(127\.\d+\.\d+\.\d+|\[::1\]|localhost)$/.test(host);

export function isPrivate(host: string): boolean {
  const literal = literalAddress(host);
  return literal === undefined ? PRIVATE_NAME.test(host) : !isPublicAddress(literal);
}

/** @param encrypted what is said there is under TLS @throws Refusal `bad_request` */
export function checkAddress(address: string, encrypted: boolean, allowPrivate: boolean): void {
  const host = hostOf(address);
  if (isPrivate(host) && !allowPrivate)
    throw new Refusal(
      'bad_request',
      `${host} is an address of a private network, which this installation does not allow`,
    );
  if (!encrypted && !isLoopback(host)) throw new Refusal('bad_request', `${host} must be reached over TLS`);
}

type Init = { readonly method: string; readonly headers: Record<string, string>; readonly body?: unknown };

/** Of the encoding on the way, which the body has left behind. */
const OF_THE_WAY = ['content-encoding', 'content-length', 'transfer-encoding'];

/** `fetch` within these rules, to the very addresses that were checked: no redirect is followed, the answer is bounded in time and size. */
export function providerFetch({ outbound, env }: Services) {
  return async (url: string, { method, headers, body }: Init): Promise<Response> => {
    const privateNetworks = allowsPrivate(env);
    checkAddress(url, url.startsWith('https:'), privateNetworks);
    const text = body instanceof URLSearchParams || typeof body === 'string' ? String(body) : undefined;
    const outgoing = { method, headers, ...(text === undefined ? {} : { body: text }) };
    const answer = await outbound
      .send(url, outgoing, { privateNetworks, most: MAX_ANSWER })
      .catch((cause: unknown) => {
        if (cause instanceof Refusal) throw cause;
        throw new Refusal('provider_unreachable', `${new URL(url).origin} did not answer`, { cause });
      });
    if (!answer.whole)
      throw new Refusal('provider_mismatch', 'the provider answers with more than is sensible');
    const { status, bytes } = answer;
    // A copy: those of a fetched answer can't be changed.
    const kept = new Headers(answer.headers);
    for (const name of OF_THE_WAY) kept.delete(name);
    return new Response(status === 204 || status === 304 ? null : bytes, { status, headers: kept });
  };
}
