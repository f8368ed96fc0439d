/** What all measurements of the near side need: certificates, far processes, connections to them. */
import { type ChildProcess, execFileSync, fork } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { bindEndpoint } from '../../../dataplane/quic/endpoint.ts';
import type { QuicConnection, QuicEndpoint } from '../../../dataplane/quic/quic.ts';
import { type TestLeaf, testAuthority } from '../../../dataplane/quic/test-identity.ts';
import { ALPN, type FarKind, type FarOrder } from './far.ts';

const FAR = fileURLToPath(new URL('./far.ts', import.meta.url));

export interface Far {
  readonly port: number;
  readonly pid: number;
  /** Datagrams that arrived so far. */
  count(): Promise<number>;
}

export class Near implements AsyncDisposable {
  readonly ca: string;
  readonly server: TestLeaf;
  readonly client: TestLeaf;
  readonly #children: ChildProcess[] = [];
  readonly #endpoints: QuicEndpoint[] = [];

  static async start(): Promise<Near> {
    const authority = await testAuthority();
    const [server, client] = await Promise.all([
      authority.issue('fabric://b/s'),
      authority.issue('fabric://b/c'),
    ]);
    return new Near(authority.ca, server, client);
  }

  constructor(ca: string, server: TestLeaf, client: TestLeaf) {
    this.ca = ca;
    this.server = server;
    this.client = client;
  }

  async far(kind: FarKind): Promise<Far> {
    const child = fork(FAR, [], { stdio: ['ignore', 'ignore', 'inherit', 'ipc'] });
    this.#children.push(child);
    const ask = async (message: FarOrder | 'count'): Promise<number> => {
      const answered = once(child, 'message', { signal: AbortSignal.timeout(20_000) });
      child.send(message);
      const [answer] = (await answered) as [number];
      return answer;
    };
    const { certificate, key } = this.server;
    const port = await ask({ kind, identity: { certificate, key }, ca: this.ca });
    return { port, pid: child.pid ?? 0, count: () => ask('count') };
  }

  async endpoint(): Promise<QuicEndpoint> {
    const endpoint = await bindEndpoint();
    this.#endpoints.push(endpoint);
    return endpoint;
  }

  dial(endpoint: QuicEndpoint, { port }: Far): Promise<QuicConnection> {
    return endpoint.dial({
      host: '127.0.0.1',
      port,
      alpn: ALPN,
      identity: this.client,
      verify: ({ certificates }) => certificates.length > 0,
    });
  }

  async connect(far: Far): Promise<QuicConnection> {
    return this.dial(await this.endpoint(), far);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const endpoint of this.#endpoints.splice(0)) await endpoint.close();
    const left = this.#children.splice(0).filter(({ exitCode }) => exitCode === null);
    for (const child of left) {
      const exited = once(child, 'exit');
      child.disconnect();
      await exited;
    }
  }
}

/** Binds a process to cores (`0`, `0-1`), so that two share a machine of two evenly. Without `taskset` nothing happens. */
export function pin(pid: number, to: string): void {
  try {
    execFileSync('taskset', ['-a', '-p', '-c', to, String(pid)], { stdio: 'ignore' });
  } catch {
    // One core more or less: the bar is the same.
  }
}

/** The cores a process may run on. */
export function cores(pid: number): string {
  return /^Cpus_allowed_list:\s*(.*)$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? '0';
}
