/** For the host's own operator, on a loopback address and a Unix socket only: is it well, what does it do, how much; and, where the configuration allows it, commands. */
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { chmodSync, rmSync } from 'node:fs';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import type { NetworkReport } from '../../schema/network-report.ts';
import { Refusal } from '../../schema/refusal.ts';
import { writeAtomically } from '../atomic-file.ts';
import type { AuditEvent, AuditFields } from '../audit/entry.ts';
import { ExecuteRequest, type Executor } from '../execute/execute.ts';
import type { Sample } from '../monitor/monitor.ts';
import { CallLog } from './call-log.ts';
import { type Asked, requireLocal, requireOperator } from './guard.ts';
import { type AgentStatus, isWell, metricsText, simpleStatus } from './status.ts';

// An `import` of it reads all its exports, WebSocket and EventSource among them, and that loads 16 MB that are never used.
const { createServer } = process.getBuiltinModule('node:http');

const MAX_BODY_BYTES = 65_536;
const MAX_CONNECTIONS = 64;
const REQUEST_MS = 10_000;
const MAX_SAMPLES = 1_000;

export interface LocalApiOptions {
  readonly port: number;
  /** Path of the Unix socket; undefined for none. */
  readonly socket: string | undefined;
  readonly data: string;
  readonly status: () => AgentStatus;
  readonly networks: () => readonly { readonly role: string; readonly report: NetworkReport }[];
  readonly samples: (count: number) => Sample[];
  /** undefined: commands are not enabled. */
  readonly executor: Executor | undefined;
  readonly record: (event: AuditEvent, fields: AuditFields) => void;
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

const json = (value: unknown, status = 200): Answer => ({
  status,
  type: 'application/json',
  body: JSON.stringify(value),
});

export class LocalApi {
  readonly #options: LocalApiOptions;
  readonly #servers: Server[] = [];
  readonly #token = randomBytes(32).toString('base64url');
  readonly #calls: CallLog;
  port = 0;

  static async start(options: LocalApiOptions): Promise<LocalApi> {
    const api = new LocalApi(options);
    await writeAtomically(join(options.data, 'local.token'), api.#token);
    const tcp = await api.#listen('tcp', { host: '127.0.0.1', port: options.port });
    api.port = (tcp.address() as AddressInfo).port;
    if (options.socket !== undefined) {
      rmSync(options.socket, { force: true });
      // Made with its mode, so that nobody gets in before it is set. The mask is the whole process's: it is back before anything is waited for.
      const before = process.umask(0o177);
      const listening = api.#listen('socket', { path: options.socket });
      process.umask(before);
      await listening;
      chmodSync(options.socket, 0o600);
    }
    return api;
  }

  private constructor(options: LocalApiOptions) {
    this.#options = options;
    this.#calls = new CallLog(options.record);
  }

  async close(): Promise<void> {
    this.#options.executor?.close();
    this.#calls.close();
    await Promise.all(
      this.#servers.map((server) => {
        const closed = once(server, 'close');
        server.close();
        server.closeAllConnections();
        return closed;
      }),
    );
  }

  async #listen(
    over: Asked['over'],
    where: { host: string; port: number } | { path: string },
  ): Promise<Server> {
    const server = createServer(
      { requestTimeout: REQUEST_MS, headersTimeout: REQUEST_MS, maxHeaderSize: 8_192 },
      (request, response) => void this.#serve(over, request, response),
    );
    server.maxConnections = MAX_CONNECTIONS;
    const listening = once(server, 'listening');
    server.listen(where);
    await listening;
    this.#servers.push(server);
    return server;
  }

  async #serve(over: Asked['over'], request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { pathname } = new URL(request.url ?? '/', 'http://local');
    let answer: Answer;
    try {
      answer = await this.#answer(over, request);
      this.#calls.called(over, pathname);
    } catch (error) {
      const refusal = error instanceof Refusal ? error : new Refusal('internal');
      this.#calls.refused(over, pathname, refusal.code);
      const { code, status, message: detail } = refusal;
      answer = { ...json({ code, status, detail }, status), type: 'application/problem+json' };
    }
    const { status, type, body } = answer;
    const headers = {
      'content-type': type,
      'cache-control': 'no-store',
      'x-content-type-options': 'nosniff',
    };
    // A request whose body was not read can not be followed by another.
    if (!request.complete) response.shouldKeepAlive = false;
    response.writeHead(status, headers).end(body);
  }

  async #answer(over: Asked['over'], request: IncomingMessage): Promise<Answer> {
    const { host, origin, authorization } = request.headers;
    const site = request.headers['sec-fetch-site'];
    const fetchSite = typeof site === 'string' ? site : undefined;
    const asked: Asked = { over, host, origin, fetchSite, authorization };
    requireLocal(asked);
    const url = new URL(request.url ?? '/', 'http://local');
    const { status, samples } = this.#options;
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /health':
        return json({ status: isWell(status()) ? 'ok' : 'starting' }, isWell(status()) ? 200 : 503);
      case 'GET /status':
        return json(status());
      case 'GET /simple-status':
        return json(simpleStatus(status()));
      case 'GET /metrics':
        return { status: 200, type: 'text/plain; version=0.0.4', body: metricsText(status()) };
      case 'GET /network':
        return json({ networks: this.#options.networks() });
      case 'GET /samples':
        return json({ samples: samples(countOf(url.searchParams.get('count'))) });
      case 'POST /execute':
        requireOperator(asked, this.#token);
        return json(await this.#execute(over, request));
      default:
        throw new Refusal(
          'not_found',
          'health, status, simple-status, metrics, samples, network; POST execute',
        );
    }
  }

  async #execute(over: Asked['over'], request: IncomingMessage) {
    const { executor, record } = this.#options;
    if (!executor) throw new Refusal('forbidden', 'commands are not enabled here: set executeEnabled');
    if (request.headers['content-type'] !== 'application/json')
      throw new Refusal('bad_request', 'send application/json');
    const parsed = ExecuteRequest.safeParse(await bodyOf(request));
    if (!parsed.success) {
      throw new Refusal('bad_request', 'send {"argv": ["/program", "argument", ...], "timeoutSeconds": 30}');
    }
    const { argv } = parsed.data;
    executor.check(parsed.data);
    record('execute.started', { over, argv });
    const result = await executor.run(parsed.data).catch((error: unknown) => {
      record('execute.ended', {
        program: argv[0] ?? '',
        error: error instanceof Refusal ? error.code : 'internal',
      });
      throw error;
    });
    const { status, signal, timedOut, milliseconds } = result;
    record('execute.ended', {
      program: argv[0] ?? '',
      how: signal ?? String(status),
      timedOut,
      milliseconds,
    });
    return result;
  }
}

function countOf(text: string | null): number {
  const count = Number(text ?? 60);
  if (!Number.isInteger(count) || count < 1 || count > MAX_SAMPLES)
    throw new Refusal('bad_request', `count is 1 to ${MAX_SAMPLES}`);
  return count;
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > MAX_BODY_BYTES) throw new Refusal('too_large');
    chunks.push(chunk);
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString('utf8'));
  } catch {
    throw new Refusal('bad_request', 'the body is not JSON');
  }
}
