/** Sending a webhook from Node: the name is resolved once, every address checked, and the connection goes to exactly those, so that a second answer of the DNS changes nothing. */
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { literalAddress } from './public-address.ts';
import { checkAddresses, checkWebhookUrl } from './webhooks/address.ts';
import {
  MOST_ANSWER_BYTES,
  OUTBOUND_TIMEOUT_MS,
  type Outbound,
  type OutboundAnswer,
} from './webhooks/outbound.ts';

export type Resolve = (name: string) => Promise<string[]>;

const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

export function nodeOutbound(resolve: Resolve = systemResolve): Outbound {
  return {
    post: async (text, headers, body, allowPrivate) => {
      const url = checkWebhookUrl(text, allowPrivate);
      const literal = literalAddress(url.hostname);
      const addresses = literal === undefined ? await resolve(url.hostname) : [literal];
      checkAddresses(addresses, allowPrivate);
      return send(url, headers, body, addresses);
    },
  };
}

function send(
  url: URL,
  headers: Readonly<Record<string, string>>,
  body: string,
  addresses: readonly string[],
): Promise<OutboundAnswer> {
  const checked = addresses.map((address) => ({ address, family: isIP(address) }));
  const toChecked: LookupFunction = (_name, { all }, done) => {
    const [first] = checked;
    if (all) done(null, checked);
    else if (first) done(null, first.address, first.family);
  };
  const options: RequestOptions = {
    method: 'POST',
    headers: { ...headers, 'content-length': Buffer.byteLength(body) },
    lookup: toChecked,
    agent: false,
    signal: AbortSignal.timeout(OUTBOUND_TIMEOUT_MS),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(url, options, (response) => beginning(response).then(resolve, reject));
    sent.on('error', reject);
    sent.end(body);
  });
}

async function beginning(response: IncomingMessage): Promise<OutboundAnswer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response) {
    if (!Buffer.isBuffer(chunk)) continue;
    chunks.push(chunk);
    size += chunk.length;
    if (size >= MOST_ANSWER_BYTES) break;
  }
  response.destroy();
  return {
    status: response.statusCode ?? 0,
    body: Buffer.concat(chunks).subarray(0, MOST_ANSWER_BYTES).toString('utf8'),
  };
}
