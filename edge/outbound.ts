/** Going where an organization says: webhooks and identity providers. Ten seconds, no redirects followed, the answer read as far as there is room. On Node see `node-outbound.ts`. */
import { readAtMost } from '../schema/read-at-most.ts';
import { Refusal } from '../schema/refusal.ts';
import { literalAddress } from './public-address.ts';
import { checkAddresses, checkWebhookUrl } from './webhooks/address.ts';

export const OUTBOUND_TIMEOUT_MS = 10_000;

export interface Outgoing {
  readonly method: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

export interface Allowance {
  /** Also addresses that are not on the public internet, and plain HTTP. */
  readonly privateNetworks: boolean;
  /** Octets of the answer that are read. */
  readonly most: number;
}

export interface OutboundAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether `bytes` are all of it. */
  readonly whole: boolean;
}

export interface Outbound {
  /** @throws Refusal `address_not_allowed`; any other error when there was no answer */
  send(url: string, outgoing: Outgoing, allowance: Allowance): Promise<OutboundAnswer>;
  /** For what is no HTTP: where to connect to instead of to the name, each checked. @throws Refusal `address_not_allowed`, `not_on_this_runtime` */
  addressesOf(hostname: string, privateNetworks: boolean): Promise<readonly string[]>;
}

const DNS_OVER_HTTPS = 'https://cloudflare-dns.com/dns-query';
const RECORD_TYPES = { A: 1, AAAA: 28 } as const;

/** At the edge, whose fetch resolves names by itself: they are resolved and checked before by DNS over HTTPS, and fetch there has no way into private networks. */
export function edgeOutbound(): Outbound {
  return {
    addressesOf: () => Promise.reject(new Refusal('not_on_this_runtime')),
    send: async (text, outgoing, { privateNetworks, most }) => {
      const url = checkWebhookUrl(text, privateNetworks);
      const signal = AbortSignal.timeout(OUTBOUND_TIMEOUT_MS);
      if (!privateNetworks && literalAddress(url.hostname) === undefined)
        checkAddresses(await resolve(url.hostname, signal), privateNetworks);
      const { status, headers, body } = await fetch(url, { ...outgoing, signal, redirect: 'manual' });
      return { status, headers, ...(await readAtMost(chunksOf(body), most)) };
    },
  };
}

async function* chunksOf(body: ReadableStream<Uint8Array> | null): AsyncGenerator<Uint8Array> {
  if (body) yield* body;
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
