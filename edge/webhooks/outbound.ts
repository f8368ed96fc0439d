/** Sending a webhook: ten seconds, no redirects followed, only the beginning of the answer read. On Node see `node-outbound.ts`. */
import { literalAddress } from '../public-address.ts';
import { checkAddresses, checkWebhookUrl } from './address.ts';

export const OUTBOUND_TIMEOUT_MS = 10_000;
export const MOST_ANSWER_BYTES = 4_096;

export interface OutboundAnswer {
  readonly status: number;
  readonly body: string;
}

export interface Outbound {
  /** @throws Refusal `address_not_allowed`; any other error when there was no answer */
  post(
    url: string,
    headers: Readonly<Record<string, string>>,
    body: string,
    allowPrivate: boolean,
  ): Promise<OutboundAnswer>;
}

const DNS_OVER_HTTPS = 'https://cloudflare-dns.com/dns-query';
const RECORD_TYPES = { A: 1, AAAA: 28 } as const;

/** At the edge, whose fetch resolves names by itself: they are resolved and checked before by DNS over HTTPS, and fetch there has no way into private networks. */
export function edgeOutbound(): Outbound {
  return {
    post: async (text, headers, body, allowPrivate) => {
      const url = checkWebhookUrl(text, allowPrivate);
      const signal = AbortSignal.timeout(OUTBOUND_TIMEOUT_MS);
      if (!allowPrivate && literalAddress(url.hostname) === undefined)
        checkAddresses(await resolve(url.hostname, signal), allowPrivate);
      const response = await fetch(url, { method: 'POST', headers, body, signal, redirect: 'manual' });
      return { status: response.status, body: await beginning(response.body) };
    },
  };
}

async function resolve(name: string, signal: AbortSignal): Promise<string[]> {
  const answers = await Promise.all(
    Object.keys(RECORD_TYPES).map(async (type) => {
      const response = await fetch(`${DNS_OVER_HTTPS}?name=${encodeURIComponent(name)}&type=${type}`, {
        headers: { accept: 'application/dns-json' },
        signal,
      });
      if (!response.ok) throw new Error(`the host name was not resolved: HTTP ${response.status}`);
      return addressesIn(await response.json());
    }),
  );
  return answers.flat();
}

/** The addresses in an answer of `application/dns-json`. */
export function addressesIn(answer: unknown): string[] {
  const { Answer: records } = answer as { Answer?: { type?: unknown; data?: unknown }[] };
  if (!Array.isArray(records)) return [];
  const types: unknown[] = Object.values(RECORD_TYPES);
  return records.flatMap(({ type, data }) =>
    types.includes(type) && typeof data === 'string' ? [data] : [],
  );
}

async function beginning(body: ReadableStream<Uint8Array> | null): Promise<string> {
  if (!body) return '';
  const reader = body.getReader();
  const decoder = new TextDecoder();
  let text = '';
  let size = 0;
  while (size < MOST_ANSWER_BYTES) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.length;
    text += decoder.decode(value, { stream: true });
  }
  await reader.cancel().catch(() => {});
  return text.slice(0, MOST_ANSWER_BYTES);
}
