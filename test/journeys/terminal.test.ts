/** The command line as a person has it: at a real terminal (a pty that util-linux's `script` makes). */
import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { type AddressInfo, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { attach } from '../../dataplane/client/attach.ts';
import { nodeAead, nodeDialer } from '../../dataplane/client/node.ts';
import { Fabric } from '../fabric.ts';

const PATIENCE_MS = 20_000;
let fabric: Fabric;
beforeAll(async () => {
  fabric = await Fabric.start();
});
afterAll(() => fabric?.[Symbol.asyncDispose]());

class Terminal {
  readonly #child: ChildProcessWithoutNullStreams;
  #shown = '';
  #looked = 0;

  constructor(command: string) {
    const sized = `stty cols 91 rows 33; exec ${command}`;
    this.#child = spawn('script', ['-qefc', sized, '/dev/null'], { env: { ...fabric.env, TERM: 'xterm' } });
    this.#child.stdout.setEncoding('utf8').on('data', (text: string) => {
      this.#shown += text;
    });
  }

  get shown(): string {
    return this.#shown;
  }

  type(text: string): void {
    this.#child.stdin.write(text);
  }

  /** Waits until the text comes up after what was waited for before. */
  async sees(text: string | RegExp): Promise<void> {
    const rest = () => this.#shown.slice(this.#looked);
    await expect.poll(rest, { timeout: PATIENCE_MS, interval: 20 }).toMatch(text);
    this.#looked += rest().search(text) + 1;
  }

  async status(): Promise<number> {
    if (this.#child.exitCode === null)
      await once(this.#child, 'exit', { signal: AbortSignal.timeout(PATIENCE_MS) });
    return this.#child.exitCode ?? -1;
  }
}

test('login asks, and shows neither password nor secret key; the next time it remembers the key', async () => {
  const terminal = new Terminal(`fabric login --api ${fabric.ready.api}`);
  await terminal.sees('E-mail');
  terminal.type(`${fabric.ready.email}\r`);
  await terminal.sees('Password');
  terminal.type(`${fabric.ready.password}\r`);
  await terminal.sees('Secret key');
  terminal.type(`${fabric.ready.secretKey}\r`);
  expect(await terminal.status()).toBe(0);
  for (const secret of [fabric.ready.password, fabric.ready.secretKey])
    expect(terminal.shown).not.toContain(secret);
  const again = new Terminal(`fabric login --api ${fabric.ready.api} --email ${fabric.ready.email}`);
  await again.sees('Password');
  again.type(`${fabric.ready.password}\r`);
  expect(await again.status()).toBe(0);
  expect((await fabric.cli(['whoami'])).stdout.toString()).toContain(fabric.ready.email);
});

test('what is high-risk asks for the password once more, and then goes on', async () => {
  expect((await fabric.cli(['invite', 'someone@demo.test', '--json'])).status).toBe(0);
  await fabric.ageProofs();
  const terminal = new Terminal('fabric invite someone@demo.test --again');
  await terminal.sees('prove once more');
  await terminal.sees('Password');
  terminal.type(`${fabric.ready.password}\r`);
  await terminal.sees('#/join/fbi_');
  expect(await terminal.status()).toBe(0);
  expect(terminal.shown).not.toContain(fabric.ready.password);
});

test('a shell: the size is told, ~. leaves it alive, --attach finds it, its exit status comes back', async () => {
  const first = new Terminal('fabric connect demo-shell');
  first.type('stty size; kept=still-here; echo sum-$((6*7))\r');
  await first.sees('33 91');
  await first.sees('sum-42');
  first.type('\r~.');
  await first.sees('The session goes on');
  expect(await first.status()).toBe(0);

  const second = new Terminal('fabric connect demo-shell --attach');
  second.type('echo is-$kept\r');
  await second.sees('is-still-here');
  second.type('exit 3\r');
  expect(await second.status()).toBe(3);
});

test('htop draws and quits', async () => {
  const terminal = new Terminal('fabric connect demo-shell');
  terminal.type('htop\r');
  await terminal.sees('Load average');
  terminal.type('q');
  terminal.type('echo back-$((1+1))\r');
  await terminal.sees('back-2');
  terminal.type('exit\r');
  expect(await terminal.status()).toBe(0);
});

test('over TCP every byte arrives as well', async () => {
  const bytes = randomBytes(20_000_000);
  const echoed = await fabric.cli(['connect', 'demo-shell', '--over', 'tcp', '-v', '--', 'cat'], bytes);
  expect(echoed.stderr).toContain('over TCP');
  expect(echoed.stdout.equals(bytes)).toBe(true);
});

test('where UDP is blocked a client is in over TCP within two seconds, and knows it', async () => {
  const { ticket, keys } = await fabric.ticket('demo-shell');
  const [entry] = ticket.entries;
  const to = new URL(entry?.url ?? '');
  // The way to the entry as such a network has it: TCP goes through, packets of UDP disappear.
  const tcp = createServer((socket) => {
    const onward = connect(Number(to.port), to.hostname);
    socket.pipe(onward).pipe(socket);
    for (const one of [socket, onward]) one.on('error', () => {});
  }).listen(0, '127.0.0.1');
  await once(tcp, 'listening');
  const { port } = tcp.address() as AddressInfo;
  const blackHole = createSocket('udp4').bind(port, '127.0.0.1');
  const url = entry?.url.replace(`:${to.port}`, `:${port}`) ?? '';
  const startedAt = performance.now();
  const blocked = { ...ticket, entries: [{ url, certificateHashes: entry?.certificateHashes ?? [] }] };
  const attachment = await attach(blocked, keys, { dial: nodeDialer(), aead: nodeAead });
  expect(performance.now() - startedAt).toBeLessThan(2_000);
  expect(attachment.carrier).toBe('tcp');
  expect(await attachment.ping()).toBeLessThan(1_000);
  await attachment.terminate();
  blackHole.close();
  tcp.close();
});

test('a new password replaces the old one; a new secret key comes with its kit', async () => {
  const [email, before, changed] = [
    'changing@demo.test',
    'a sentence nobody guesses',
    'another one of these',
  ];
  expect((await fabric.login()).status).toBe(0);
  const invited = JSON.parse((await fabric.cli(['invite', email, '--json'])).stdout.toString());
  const first = join(fabric.data, 'first-kit.txt');
  const joining = ['join', '--invitation-stdin', '--api', fabric.ready.api, '--kit', first];
  expect((await fabric.cli(joining, `${invited.invitation.url}\n${before}\n`)).status).toBe(0);
  const keyIn = (file: string) => /F1-[0-9A-Z-]{35}/.exec(readFileSync(file, 'utf8'))?.[0] ?? '';
  const oldKey = keyIn(first);
  const login = (password: string, secretKey: string) => fabric.login(email, password, secretKey);
  const terminal = new Terminal('fabric passwd');
  await terminal.sees('Password');
  terminal.type(`${before}\r`);
  await terminal.sees('New password');
  terminal.type(`${changed}\r`);
  await terminal.sees('once more');
  terminal.type(`${changed}\r`);
  await terminal.sees('Changed');
  expect(await terminal.status()).toBe(0);
  expect((await login(before, oldKey)).stderr).toContain('bad_credentials');
  expect((await login(changed, oldKey)).status).toBe(0);

  const kit = join(fabric.data, 'new-kit.txt');
  const rotation = new Terminal(`fabric passwd --rotate-secret-key --kit ${kit}`);
  await rotation.sees('Password');
  rotation.type(`${changed}\r`);
  await rotation.sees('Changed');
  expect(await rotation.status()).toBe(0);
  expect((await login(changed, oldKey)).stderr).toContain('bad_credentials');
  const secretKey = keyIn(kit);
  expect((await login(changed, secretKey)).status).toBe(0);

  const file = join(fabric.data, 'home', 'device.json');
  writeFileSync(file, readFileSync(file, 'utf8').replace(secretKey, oldKey));
  const stale = new Terminal(`fabric login --api ${fabric.ready.api} --email ${email}`);
  await stale.sees('Password');
  stale.type(`${changed}\r`);
  await stale.sees('secret key has changed');
  stale.type(`${secretKey}\r`);
  expect([await stale.status(), stale.shown]).toEqual([0, expect.stringContaining('Signed in')]);
});
