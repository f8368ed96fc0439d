/** Bulk between Debian's ngtcp2 example client and server: what people reach with the same engine in C. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { requireProgram } from '../../../test/interop/program.ts';
import { freeUdpPort } from '../../../test/udp-port.ts';
import type { Near } from './near.ts';

const LATE_MS = 120_000;
const CLIENT = '/usr/bin/gtlsclient';
const SERVER = '/usr/sbin/gtlsserver';

/** MB per second of a download of so many zero bytes, connection set-up included. */
export async function ngtcp2Bulk(near: Near, bytes: number): Promise<number> {
  requireProgram(CLIENT, 'ngtcp2-client');
  requireProgram(SERVER, 'ngtcp2-server');
  const folder = mkdtempSync(join(tmpdir(), 'ngtcp2-'));
  let server: ChildProcess | undefined;
  try {
    const file = (name: string, text: string) => {
      writeFileSync(join(folder, name), text);
      return join(folder, name);
    };
    truncateSync(file('zeros', ''), bytes);
    const [key, certificate] = [file('key.pem', near.server.key), file('cert.pem', near.server.certificate)];
    const port = await freeUdpPort();
    server = spawn(SERVER, ['-q', '-d', folder, '127.0.0.1', String(port), key, certificate], {
      stdio: 'ignore',
    });
    await sleep(500);
    const url = `https://127.0.0.1:${port}/zeros`;
    const start = performance.now();
    const client = spawn(CLIENT, ['-q', '--exit-on-all-streams-close', '127.0.0.1', String(port), url], {
      stdio: 'ignore',
      timeout: LATE_MS,
    });
    const [status] = (await once(client, 'exit')) as [number | null];
    if (status !== 0) throw new Error(`Debian's ngtcp2 client ended with status ${status}`);
    return bytes / 1e6 / ((performance.now() - start) / 1000);
  } finally {
    if (server && server.exitCode === null) {
      const exited = once(server, 'exit');
      server.kill('SIGKILL');
      await exited;
    }
    rmSync(folder, { recursive: true, force: true });
  }
}
