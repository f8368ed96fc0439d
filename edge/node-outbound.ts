/** Going where an organization says, from Node: the name is resolved once, every address checked, and the connection goes to exactly those, so that a second answer of the DNS changes nothing. */
import { lookup } from 'node:dns/promises';
import { request as httpRequest, type IncomingMessage } from 'node:http';
import { request as httpsRequest, type RequestOptions } from 'node:https';
import { isIP, type LookupFunction } from 'node:net';
import { readAtMost } from '../schema/read-at-most.ts';
import { OUTBOUND_TIMEOUT_MS, type Outbound, type OutboundAnswer, type Outgoing } from './outbound.ts';
import { literalAddress } from './public-address.ts';
import { checkAddresses, checkWebhookUrl } from './webhooks/address.ts';

export type Resolve = (name: string) => Promise<string[]>;

const systemResolve: Resolve = async (name) =>
  (await lookup(name, { all: true })).map(({ address }) => address);

export function nodeOutbound(resolve: Resolve = systemResolve): Outbound {
  const addressesOf = async (hostname: string, privateNetworks: boolean): Promise<readonly string[]> => {
    const literal = literalAddress(hostname);
    const addresses = literal === undefined ? await resolve(hostname) : [literal];
    checkAddresses(addresses, privateNetworks);
    return addresses;
  };
  return {
    addressesOf,
    send: async (text, outgoing, { privateNetworks, most }) => {
      const url = checkWebhookUrl(text, privateNetworks);
      return send(url, outgoing, await addressesOf(url.hostname, privateNetworks), most);
    },
  };
}

function send(
  url: URL,
  { method, headers, body = '' }: Outgoing,
  addresses: readonly string[],
  most: number,
): Promise<OutboundAnswer> {
  const checked = addresses.map((address) => ({ address, family: isIP(address) }));
  const toChecked: LookupFunction = (_name, { all }, done) => {
    const [first] = checked;
    if (all) done(null, checked);
    else if (first) done(null, first.address, first.family);
  };
  const options: RequestOptions = {
    method,
    headers: { ...headers, ...(body === '' ? {} : { 'content-length': Buffer.byteLength(body) }) },
    lookup: toChecked,
    agent: false,
    signal: AbortSignal.timeout(OUTBOUND_TIMEOUT_MS),
  };
  return new Promise((resolve, reject) => {
    const request = url.protocol === 'https:' ? httpsRequest : httpRequest;
    const sent = request(url, options, (response) => answerOf(response, most).then(resolve, reject));
    sent.on('error', reject);
    sent.end(body);
  });
}

async function answerOf(response: IncomingMessage, most: number): Promise<OutboundAnswer> {
  const read = await readAtMost(response, most);
  response.destroy();
  const headers = new Headers();
  for (const [name, value] of Object.entries(response.headersDistinct))
    for (const one of value ?? []) headers.append(name, one);
  return { status: response.statusCode ?? 0, headers, ...read };
}
