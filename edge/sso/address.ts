/**
 * Which addresses this server goes to on an organization's word. Anyone who may set up a provider chooses them, so that without these rules the control API would be a
 * way into its own network: TLS always, and no private or loopback address unless the installation allows it. A public name that resolves to a private address is not caught.
 */
import { Refusal } from '../../schema/refusal.ts';
import { isPublicAddress, literalAddress } from '../public-address.ts';

const TIMEOUT_MS = 10_000;
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

/** `fetch` within these rules: each address is checked, no redirect is followed, the answer is bounded in time and size. */
export function providerFetch(allowPrivate: boolean) {
  return async (url: string, { method, headers, body }: Init): Promise<Response> => {
    checkAddress(url, url.startsWith('https:'), allowPrivate);
    const init = {
      method,
      headers,
      redirect: 'manual' as const,
      signal: AbortSignal.timeout(TIMEOUT_MS),
      ...(body instanceof URLSearchParams || typeof body === 'string' ? { body } : {}),
    };
    const response = await fetch(url, init).catch((cause: unknown) => {
      throw new Refusal('provider_unreachable', `${new URL(url).origin} did not answer`, { cause });
    });
    const bodyless = response.status === 204 || response.status === 304;
    return new Response(bodyless ? null : await bounded(response), response);
  };
}

async function bounded(response: Response): Promise<Uint8Array<ArrayBuffer>> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of response.body ?? []) {
    size += part.length;
    if (size > MAX_ANSWER)
      throw new Refusal('provider_mismatch', 'the provider answers with more than is sensible');
    parts.push(part);
  }
  const all = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    all.set(part, at);
    at += part.length;
  }
  return all;
}
