/** Bulk between Debian's ngtcp2 example client and server: what people reach with the same engine in C. */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Near } from './near.ts';

const LATE_MS = 120_000;

/** The program, whatever its TLS library is in this version of Debian. @throws Error which package to install */
function program(role: 'client' | 'server'): string {
  const listed = spawnSync('dpkg', ['-L', `ngtcp2-${role}`], { encoding: 'utf8' }).stdout ?? '';
  const found = listed.split('\n').find((path) => /\/s?bin\/[^/]+$/.test(path) && path.endsWith(role));
  if (!found) throw new Error(`Debian's ngtcp2 ${role} is missing: apt-get install ngtcp2-${role}`);
  return found;
}

/** MB per second of a download of so many zero bytes, connection set-up included. */
export async function ngtcp2Bulk(near: Near, bytes: number): Promise<number> {
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
    server = spawn(program('server'), ['-q', '-d', folder, '127.0.0.1', String(port), key, certificate], {
      stdio: 'ignore',
    });
    await sleep(500);
    const url = `https://127.0.0.1:${port}/zeros`;
    const start = performance.now();
    const client = spawn(
      program('client'),
      ['-q', '--exit-on-all-streams-close', '127.0.0.1', String(port), url],
      {
        stdio: 'ignore',
        timeout: LATE_MS,
      },
    );
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

async function freeUdpPort(): Promise<number> {
  const socket = createSocket('udp4').bind(0, '127.0.0.1');
  await once(socket, 'listening');
  const { port } = socket.address();
  socket.close();
  await once(socket, 'close');
  return port;
}
