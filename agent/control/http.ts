/**
 * One request to the control API with a bound on everything: the time it may take as a whole, the bytes of the answer, the key the other side must show. Plain HTTP goes
 * to a loopback address only. `node:http` and not `fetch`, because only it lets us see the certificate before a byte is sent, and it is a third of the memory.
 */
import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Agent as HttpAgent, IncomingMessage, RequestOptions } from 'node:http';
import { Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import WebSocket from 'ws';
import { readAtMost } from '../../schema/read-at-most.ts';
import { Refusal } from '../../schema/refusal.ts';

const MAX_ANSWER_BYTES = 4_000_000;
const HANDSHAKE_MS = 10_000;

export interface ApiAddress {
  readonly url: URL;
  /** SHA-256 of the SubjectPublicKeyInfo, base64; one of them must be shown. Empty: whatever the trusted authorities certify. */
  readonly pins: readonly string[];
  /** PEM file of authorities to trust instead of the system's. */
  readonly caFile?: string | undefined;
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
  readonly signal: AbortSignal;
}

export interface HttpAnswer {
  readonly status: number;
  readonly text: string;
  /** Of this exchange above TCP and TLS, roughly: request line, headers and bodies. */
  readonly bytes: number;
}

export function isLoopback(hostname: string): boolean {
  const host = hostname.replace(/^\[|\]$/g, '');
  return host === 'localhost' || host === '::1' || /^127(\.\d{1,3}){3}$/.test(host);
}

/** SHA-256 of a certificate's SubjectPublicKeyInfo, base64 (RFC 7469, section 2.4). */
export function spkiPin(der: Uint8Array): string {
  const key = new X509Certificate(der).publicKey.export({ type: 'spki', format: 'der' });
  return createHash('sha256').update(key).digest('base64');
}

/** After the usual checks: the key itself. @returns why not, for `checkServerIdentity` */
export function checkPin(pins: readonly string[]) {
  return (host: string, certificate: PeerCertificate): Error | undefined => {
    const wrong = checkServerIdentity(host, certificate);
    if (wrong || pins.length === 0) return wrong;
    const shown = spkiPin(certificate.raw);
    if (pins.includes(shown)) return undefined;
    return new Refusal(
      'target_untrusted',
      `the control API shows a key that is not pinned (${shown}): if it was changed on purpose, add this to apiPins`,
    );
  };
}

/** Holds one connection open between requests; close it when done. */
export class ApiConnection {
  readonly #address: ApiAddress;
  #agent: HttpAgent | undefined;
  #request: typeof import('node:http').request | undefined;
  #closed = false;
  #bytes = 0;
  #upgraded: Duplex | undefined;

  constructor(address: ApiAddress) {
    const { url } = address;
    if (url.protocol !== 'https:' && !(url.protocol === 'http:' && isLoopback(url.hostname))) {
      throw new Refusal(
        'bad_request',
        `${url.origin}: plain HTTP is allowed to this machine only, use https`,
      );
    }
    this.#address = address;
  }

  /** @throws Refusal `unavailable` (not reached, too slow, cut off), `too_large`, `target_untrusted` (another key than pinned) */
  async send(request: HttpRequest): Promise<HttpAnswer> {
    this.#open();
    try {
      const answer = await this.#exchange(request);
      this.#bytes += answer.bytes;
      return answer;
    } catch (cause) {
      if (cause instanceof Refusal) throw cause;
      const because = cause instanceof Error && 'code' in cause ? ` (${String(cause.code)})` : '';
      throw new Refusal('unavailable', `the control API was not reached${because}`, { cause });
    }
  }

  /** Of all exchanges (see `HttpAnswer.bytes`), and of the connection that is held open. */
  get bytes(): number {
    return this.#bytes + bytesOf(this.#upgraded);
  }

  /** Opens a WebSocket, one at a time, with the same checks; it tells by itself that it opened or failed. @throws Refusal */
  upgrade(path: string, headers: Readonly<Record<string, string>>, mostBytes: number): WebSocket {
    const agent = this.#open();
    const target = new URL(path, this.#address.url);
    target.protocol = target.protocol === 'https:' ? 'wss:' : 'ws:';
    const limits = { handshakeTimeout: HANDSHAKE_MS, maxPayload: mostBytes, perMessageDeflate: false };
    const socket = new WebSocket(target, { headers, agent, ...limits });
    socket.once('upgrade', ({ socket: below }) => {
      this.#bytes += bytesOf(this.#upgraded);
      this.#upgraded = below;
    });
    return socket;
  }

  close(): void {
    this.#closed = true;
    this.#agent?.destroy();
  }

  #open(): HttpAgent {
    if (this.#closed) throw new Refusal('unavailable', 'the agent is stopping');
    if (this.#agent) return this.#agent;
    const { url, pins, caFile } = this.#address;
    const options = { keepAlive: true, maxSockets: 8, maxFreeSockets: 2, timeout: 60_000 };
    if (url.protocol === 'http:') {
      // Not by `import`: that reads all exports, and loads a WebSocket client of 16 MB.
      const { Agent, request } = process.getBuiltinModule('node:http');
      this.#request = request;
      this.#agent = new Agent(options);
      return this.#agent;
    }
    const { Agent, request } = process.getBuiltinModule('node:https');
    this.#request = request;
    this.#agent = new Agent({
      ...options,
      minVersion: 'TLSv1.2',
      // A resumed session is not checked again, and a ticket may arrive before the check has said no.
      maxCachedSessions: 0,
      checkServerIdentity: checkPin(pins),
      ...(caFile === undefined ? {} : { ca: readFileSync(caFile) }),
    });
    return this.#agent;
  }

  #exchange({ method, path, headers, body, signal }: HttpRequest): Promise<HttpAnswer> {
    const { promise, resolve, reject } = Promise.withResolvers<HttpAnswer>();
    const url = new URL(path, this.#address.url);
    const length = body === undefined ? {} : { 'content-length': Buffer.byteLength(body) };
    const options: RequestOptions = {
      method,
      headers: { ...headers, ...length },
      signal,
      ...(this.#agent ? { agent: this.#agent } : {}),
    };
    const request = this.#request?.(url, options, (response) => {
      const sent = lengthOf([`${method} ${path}`, ...headerLines(headers)]) + Buffer.byteLength(body ?? '');
      readAnswer(response, sent).then(resolve, reject);
    });
    request?.on('error', reject);
    request?.end(body);
    return promise;
  }
}

const bytesOf = (socket: Duplex | undefined) =>
  socket instanceof Socket ? socket.bytesRead + socket.bytesWritten : 0;

async function readAnswer(response: IncomingMessage, sent: number): Promise<HttpAnswer> {
  const { bytes: read, whole } = await readAtMost(response, MAX_ANSWER_BYTES);
  if (!whole) throw new Refusal('too_large', 'the control API answers with more than an agent takes');
  const bytes = sent + lengthOf(response.rawHeaders) + read.length;
  return { status: response.statusCode ?? 0, text: Buffer.from(read.buffer).toString('utf8'), bytes };
}

const headerLines = (headers: Readonly<Record<string, string>>) => Object.entries(headers).flat();
/** Each with the two octets that follow it on the wire. */
const lengthOf = (texts: readonly string[]) =>
  texts.reduce((sum, text) => sum + Buffer.byteLength(text) + 2, 0);
