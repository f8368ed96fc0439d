/** A real TigerVNC server with programs on it, and what it shows as the X server itself tells. */
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerChallenge } from './security.ts';

/** With this a server keeps its password (TigerVNC's `vncpasswd` writes it so): known to all, it only hides it from a glance. */
const FILE_KEY = '\x17\x52\x6b\x06\x23\x4e\x58\x07';

export interface Screenshot {
  readonly width: number;
  readonly height: number;
  /** 0x00RRGGBB, row by row. */
  readonly pixels: Uint32Array;
}

export class XServer implements AsyncDisposable {
  readonly port: number;
  readonly folder: string;
  readonly #programs: ChildProcess[] = [];
  #display = '';

  /** @param password none: the server asks for nothing */
  static async start(options: { password?: string; geometry?: string } = {}): Promise<XServer> {
    const server = new XServer(await freePort());
    await server.#start(options);
    return server;
  }

  private constructor(port: number) {
    this.port = port;
    this.folder = mkdtempSync(join(tmpdir(), 'x-server-'));
  }

  /** A program with this server's screen. It ends with the server. */
  run(program: string, ...args: string[]): ChildProcess {
    const env = { ...process.env, DISPLAY: this.#display };
    const child = spawn(program, args, { env, stdio: 'ignore', cwd: this.folder });
    this.#programs.push(child);
    return child;
  }

  /** Runs a program to its end. @returns what it says */
  ask(program: string, ...args: string[]): Buffer {
    const env = { ...process.env, DISPLAY: this.#display };
    return execFileSync(program, args, { env, maxBuffer: 1 << 28, stdio: ['ignore', 'pipe', 'ignore'] });
  }

  /** What is on the screen, as X11's own dump says (XWDFile.h). */
  screenshot(): Screenshot {
    const dump = this.ask('xwd', '-root', '-silent');
    const field = (at: number) => dump.readUInt32BE(at * 4);
    const [width, height, stride] = [field(4), field(5), field(12)];
    if (field(11) !== 32 || field(7) !== 0) throw new Error('a dump of another form');
    const start = field(0) + field(19) * 12;
    const pixels = new Uint32Array(width * height);
    for (let at = 0; at < pixels.length; at += 1) {
      const [x, y] = [at % width, Math.floor(at / width)];
      pixels[at] = dump.readUInt32LE(start + y * stride + x * 4) & 0xffffff;
    }
    return { width, height, pixels };
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const child of this.#programs.reverse()) {
      if (child.exitCode !== null || child.signalCode !== null) continue;
      child.kill('SIGKILL');
      await once(child, 'exit');
    }
    rmSync(`/tmp/.X${this.#display.slice(1)}-lock`, { force: true });
    rmSync(`/tmp/.X11-unix/X${this.#display.slice(1)}`, { force: true });
    rmSync(this.folder, { recursive: true, force: true });
  }

  async #start({ password, geometry = '800x600' }: { password?: string; geometry?: string }): Promise<void> {
    const file = join(this.folder, 'password');
    const padded = Buffer.alloc(8);
    padded.write(password ?? '');
    writeFileSync(file, answerChallenge(padded, FILE_KEY), { mode: 0o600 });
    const security = password === undefined ? ['None'] : ['VncAuth', '-PasswordFile', file];
    const args = [
      ...['-displayfd', '3', '-geometry', geometry, '-depth', '24', '-ac', '-nolisten', 'tcp'],
      ...['-interface', '127.0.0.1', '-rfbport', String(this.port), '-SecurityTypes', ...security],
    ];
    const child = spawn('Xtigervnc', args, { stdio: ['ignore', 'ignore', 'ignore', 'pipe'] });
    this.#programs.push(child);
    const told = child.stdio[3];
    if (!told) throw new Error('no pipe to hear the display from');
    const [number] = (await Promise.race([
      once(told, 'data'),
      once(child, 'exit').then(() => {
        throw new Error('Xtigervnc ended at once');
      }),
    ])) as [Buffer];
    this.#display = `:${number.toString().trim()}`;
  }
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}
