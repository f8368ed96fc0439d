/** Malformed requests, made from the OpenAPI document: whatever route there is, it gets what it did not ask for. The same seed makes the same requests. */
import type { Contract, Route } from '../integration/contract.ts';
import type { Random } from '../random.ts';
import { wrongBody, wrongText } from './values.ts';

export interface AbusiveRequest {
  readonly method: string;
  /** With its query, as it goes on the wire. */
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Uint8Array<ArrayBuffer> | undefined;
  /** What is wrong with it, for the report. */
  readonly about: string;
}

export interface Tokens {
  /** Genuine: the request gets past the first door and is wrong behind it. */
  readonly valid: readonly string[];
  /** Path parameters that exist, by name. */
  readonly known: Readonly<Record<string, string>>;
}

const encoded = (text: string) => encodeURIComponent(text.toWellFormed());
const METHODS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'HEAD', 'OPTIONS'] as const;
const CONTENT_TYPES = [
  'text/plain',
  'application/x-www-form-urlencoded',
  'multipart/form-data; boundary=x',
  'application/xml',
  'application/json; charset=utf-7',
  'application/jsonp',
  'json',
  ';;;',
];
const PATHS = [
  '/v1',
  '/v1/',
  '/v1//',
  '/v1/%00',
  '/v1/..%2f..%2fetc/passwd',
  '/v1/orgs/%ff%fe',
  '/%',
  '/v1/%E0%A4%A',
];

export function abusiveRequest(contract: Contract, tokens: Tokens, random: Random): AbusiveRequest {
  const route = random.pick(contract.routes);
  const method = random.chance(0.1) ? random.pick(METHODS) : route.method.toUpperCase();
  const path = random.chance(0.05) ? random.pick(PATHS) : pathOf(route, tokens, random);
  const [contentType, body] = bodyOf(route, random);
  const headers = {
    ...headersOf(tokens, random),
    ...(contentType === undefined ? {} : { 'content-type': contentType }),
  };
  const mayCarry = method !== 'GET' && method !== 'HEAD';
  return { method, path, headers, body: mayCarry ? body : undefined, about: `${method} ${route.path}` };
}

function pathOf({ path, operation }: Route, { known }: Tokens, random: Random): string {
  const filled = path.replace(/\{([^}]+)\}/g, (_, name: string) =>
    known[name] !== undefined && random.chance(0.7)
      ? known[name]
      : encoded(random.chance(0.3) ? crypto.randomUUID() : wrongText(random).slice(0, 2000)),
  );
  const names = (operation.parameters ?? [])
    .filter((parameter) => parameter.in === 'query')
    .map(({ name }) => name);
  const pairs: string[] = [];
  while (random.chance(0.4) && pairs.length < 6) {
    const name = names.length > 0 && random.chance(0.8) ? random.pick(names) : wrongText(random).slice(0, 50);
    pairs.push(`${encoded(name)}=${encoded(wrongText(random).slice(0, 500))}`);
  }
  if (random.chance(0.05)) pairs.push('%', '&&&=', '%zz=%');
  return pairs.length > 0 ? `${filled}?${pairs.join('&')}` : filled;
}

function headersOf({ valid }: Tokens, random: Random): Record<string, string> {
  const headers: Record<string, string> = {};
  const token = random.pick(valid);
  const authorization = [
    `Bearer ${token}`,
    `Bearer ${token}`,
    `Bearer ${token}`,
    undefined,
    'Bearer',
    'Bearer ',
    'Basic YTpi',
    `Bearer ${token.slice(0, -5)}`,
    `Bearer ${token.split('.').slice(0, 2).join('.')}.`,
    `Bearer ${btoa('{"alg":"none"}')}.${token.split('.')[1]}.`,
    `Bearer ${'a.'.repeat(2000)}`,
    `bearer ${'\u00ff'.repeat(40)}`,
  ];
  const chosen = random.pick(authorization);
  if (chosen !== undefined) headers['authorization'] = chosen;
  if (random.chance(0.2))
    headers['idempotency-key'] = random.pick([
      '',
      'x',
      'k'.repeat(300),
      'key with spaces',
      crypto.randomUUID(),
    ]);
  if (random.chance(0.1))
    headers['cookie'] = random.pick([
      'fabric_refresh=',
      'fabric_refresh=%00%ff',
      ';;;=;',
      'a=b;'.repeat(500),
    ]);
  if (random.chance(0.1))
    headers['x-forwarded-for'] = wrongText(random)
      .replace(/[^\x20-\x7e]/g, '?')
      .slice(0, 200);
  if (random.chance(0.05)) headers['origin'] = random.pick(['null', 'http://evil.test', ':::']);
  if (random.chance(0.05)) headers['accept'] = random.pick(['*/*;q=x', 'text/event-stream', '']);
  if (random.chance(0.05)) headers['upgrade'] = 'websocket';
  return headers;
}

/** A content type and bytes; at times one of both is missing. */
function bodyOf(
  { operation }: Route,
  random: Random,
): [string | undefined, Uint8Array<ArrayBuffer> | undefined] {
  const media = operation.requestBody?.content['application/json'];
  const json = JSON.stringify(wrongBody(media?.example, random)) ?? 'null';
  const encode = (text: string) => new TextEncoder().encode(text);
  const type = random.chance(0.15) ? random.pick([...CONTENT_TYPES, undefined]) : 'application/json';
  switch (random.integer(12)) {
    case 0:
      return [type, undefined];
    case 1:
      return [type, encode(json.slice(0, random.integer(json.length + 1)))];
    case 2:
      return [type, Uint8Array.from(random.bytes(random.integer(300)))];
    case 3:
      return [type, encode(`${'['.repeat(random.pick([100, 10_000, 100_000]))}`)];
    case 4:
      return [type, encode(`${'{"a":'.repeat(5000)}1${'}'.repeat(5000)}`)];
    case 5:
      return [type, encode(`{"__proto__":{"admin":true},"constructor":1,${json.slice(1)}`)];
    case 6:
      return [type, random.chance(0.2) ? encode(`"${'x'.repeat(300 * 1024)}"`) : encode(`\ufeff${json}`)];
    default:
      return [type, encode(json)];
  }
}
