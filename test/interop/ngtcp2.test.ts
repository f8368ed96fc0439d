/** Our QUIC against the client and the server that another project builds on ngtcp2, in the version Debian has. */
import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import type { PeerInfo, QuicConnection } from '../../dataplane/quic/quic.ts';
import { type TestLeaf, testAuthority } from '../../dataplane/quic/test-identity.ts';
import { freeUdpPort } from '../udp-port.ts';
import { beClient, get, type Respond, serveHttp3 } from './http3.ts';
import { requireProgram, runProgram } from './program.ts';

const CLIENT = '/usr/bin/gtlsclient';
const SERVER = '/usr/sbin/gtlsserver';
const QUIET = ['--no-quic-dump', '--no-http-dump'];
const H3_NO_ERROR = 0x100;

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const file = randomBytes(5_000_000);

let folder: string;
let server: TestLeaf;
let client: TestLeaf;
beforeAll(async () => {
  requireProgram(CLIENT, 'ngtcp2-client');
  requireProgram(SERVER, 'ngtcp2-server');
  folder = mkdtempSync(join(tmpdir(), 'ngtcp2-'));
  const authority = await testAuthority();
  [server, client] = await Promise.all([
    authority.issue('fabric://t/server'),
    authority.issue('fabric://t/client'),
  ]);
  mkdirSync(join(folder, 'documents'));
  writeFileSync(join(folder, 'documents', 'file'), file);
  for (const [name, leaf] of Object.entries({ server, client })) {
    writeFileSync(join(folder, `${name}.pem`), leaf.certificate);
    writeFileSync(join(folder, `${name}.key`), leaf.key, { mode: 0o600 });
  }
});
afterAll(() => folder && rmSync(folder, { recursive: true, force: true }));

// Their client, our server.

interface Fetched {
  readonly status: number | null;
  readonly output: string;
  readonly peer: PeerInfo | undefined;
  /** Contents of what it saved under `name`. */
  saved(name: string): Buffer;
}

interface Fetch {
  readonly options?: readonly string[];
  readonly names?: readonly string[];
  readonly alpn?: string;
  readonly respond?: Respond;
}

/** Runs their client against our server; it saves what it gets. */
async function fetchFromUs(fetch: Fetch = {}): Promise<Fetched> {
  const { options = [], names = ['file'], alpn = 'h3', respond = () => file } = fetch;
  const saved = mkdtempSync(join(folder, 'saved-'));
  const endpoint = await bindEndpoint();
  let peer: PeerInfo | undefined;
  endpoint.listen({
    identity: server,
    alpn: [alpn],
    accept: (who) => {
      peer = who;
      return true;
    },
    connection: (connection) => void serveHttp3(connection, respond),
  });
  try {
    await using program = runProgram(CLIENT, [
      ...QUIET,
      '--exit-on-all-streams-close',
      `--download=${saved}`,
      ...options,
      '127.0.0.1',
      String(endpoint.port),
      ...names.map((name) => `https://localhost/${name}`),
    ]);
    const status = await program.exit;
    return {
      status,
      output: program.output(),
      peer,
      saved: (name) => readFileSync(join(saved, name)),
    };
  } finally {
    await endpoint.close();
  }
}

function expectFile({ status, saved }: Fetched): void {
  expect(status).toBe(0);
  expect(sha256(saved('file'))).toBe(sha256(file));
}

test('their client gets 5 MB from us, and the name it asks for is heard', async () => {
  const fetched = await fetchFromUs();
  expectFile(fetched);
  expect(fetched.peer).toMatchObject({ alpn: 'h3', serverName: 'localhost' });
});

test('their client gets 30 files over 30 streams at once', async () => {
  const names = Array.from({ length: 30 }, (_, n) => `file-${n}`);
  const part = (name: string) => file.subarray(Number(name.split('-')[1]) * 100_000).subarray(0, 200_000);
  const fetched = await fetchFromUs({ names, respond: (path) => part(path) });
  for (const name of names) expect(sha256(fetched.saved(name)), name).toBe(sha256(part(name)));
});

/** Their client sends us the file; the answer is what we make of it. */
async function upload(options: readonly string[]): Promise<Fetched> {
  const fetched = await fetchFromUs({
    options: ['--http-method=POST', `--data=${join(folder, 'documents', 'file')}`, ...options],
    names: ['hash'],
    respond: (_, body) => Buffer.from(sha256(body)),
  });
  expect(fetched.saved('hash').toString()).toBe(sha256(file));
  return fetched;
}

test('their client sends us 5 MB', async () => {
  await upload([]);
});

test('their client shows its certificate', async () => {
  const key = join(folder, 'client.key');
  const fetched = await fetchFromUs({
    options: [`--key=${key}`, `--cert=${join(folder, 'client.pem')}`],
  });
  expectFile(fetched);
  expect(Buffer.from(fetched.peer?.certificates[0] ?? [])).toEqual(Buffer.from(client.der));
});

test('their client starts a key update before a transfer and within one, and we follow', async () => {
  for (const options of [['--key-update=50ms', '--delay-stream=200ms'], ['--key-update=10ms']]) {
    const fetched = await fetchFromUs({ options });
    expectFile(fetched);
    expect(fetched.output).toContain('Initiate key update');
    expect(fetched.output, 'a packet of ours under the new key').toMatch(/pkt rx .*type=1RTT k=1/);
  }
});

test('their client moves to another address before a transfer and within one, told and untold', async () => {
  const early = ['--change-local-addr=50ms', '--delay-stream=200ms'];
  for (const options of [early, [...early, '--nat-rebinding'], ['--change-local-addr=10ms']]) {
    const fetched = await fetchFromUs({ options });
    expectFile(fetched);
    expectMoved(fetched);
    if (!options.includes('--nat-rebinding')) expect(fetched.output).toContain('path has been validated');
  }
  // Untold and within a transfer only while it sends: one that only receives has nothing to say from its new address.
  const fetched = await upload(['--change-local-addr=2ms', '--nat-rebinding']);
  expectMoved(fetched);
});

function expectMoved({ output }: Fetched): void {
  expect(output).toContain('Local address is now');
  expect(output, 'we ask whether it can be reached there').toMatch(/frm rx .*PATH_CHALLENGE/);
}

test('their client offers a version that we do not speak, is told which we do, and takes it', async () => {
  const fetched = await fetchFromUs({ options: ['--version=0x1a2a3a4a', '--preferred-versions=v1'] });
  expectFile(fetched);
  expect(fetched.output).toMatch(/pkt rx .*type=VN/);
  expect(fetched.output).toContain('Client selected version 0x1');
});

test('their client is refused when it speaks none of our protocols', async () => {
  const fetched = await fetchFromUs({ alpn: 't/1' });
  expect(fetched.peer).toBeUndefined();
  // CRYPTO_ERROR with the TLS alert no_application_protocol (120).
  expect(fetched.output).toMatch(/frm rx .*CONNECTION_CLOSE.*0x178/);
});

for (const cipher of ['AES-128-GCM', 'AES-256-GCM', 'CHACHA20-POLY1305']) {
  test(`their client with ${cipher}`, async () => {
    const priority = `NORMAL:-VERS-ALL:+VERS-TLS1.3:-CIPHER-ALL:+${cipher}`;
    const fetched = await fetchFromUs({ options: [`--ciphers=${priority}`] });
    expectFile(fetched);
    expect(fetched.output).toContain(`Negotiated cipher suite is ${cipher}`);
  });
}

for (const group of ['X25519', 'SECP256R1', 'SECP384R1']) {
  test(`their client with the group ${group}`, async () => {
    expectFile(await fetchFromUs({ options: [`--groups=-GROUP-ALL:+GROUP-${group}`] }));
  });
}

test('their client loses one packet of ten, each way', async () => {
  const fetched = await fetchFromUs({ options: ['--tx-loss=0.1', '--rx-loss=0.1'] });
  expectFile(fetched);
});

// Our client, their server.

/** Runs their server with `options` and dials it. Returns what it wrote. */
async function withTheirServer(
  options: readonly string[],
  use: (connection: QuicConnection) => Promise<void>,
): Promise<string> {
  const port = await freeUdpPort();
  const documents = `--htdocs=${join(folder, 'documents')}`;
  const [key, certificate] = [join(folder, 'server.key'), join(folder, 'server.pem')];
  await using program = runProgram(SERVER, [
    ...QUIET,
    documents,
    ...options,
    '127.0.0.1',
    String(port),
    key,
    certificate,
  ]);
  await program.seen(/Using document root/);
  await using endpoint = await bindEndpoint();
  const connection = await endpoint.dial({
    host: '127.0.0.1',
    port,
    serverName: 'localhost',
    alpn: 'h3',
    identity: client,
    verify: ({ certificates: [leaf] }) => Buffer.from(leaf ?? []).equals(server.der),
  });
  await beClient(connection);
  await use(connection);
  await connection.close(H3_NO_ERROR, '');
  return program.output();
}

async function getFile(connection: QuicConnection): Promise<void> {
  const { status, body } = await get(connection, '/file');
  expect([status, sha256(body)]).toEqual(['200', sha256(file)]);
}

test('we get 5 MB from their server, several times at once, and hear that another file is not there', async () => {
  await withTheirServer([], async (connection) => {
    await Promise.all([getFile(connection), getFile(connection), getFile(connection)]);
    expect((await get(connection, '/other')).status).toBe('404');
  });
});

test('we answer when their server first wants our address proved', async () => {
  const output = await withTheirServer(['--validate-addr'], getFile);
  expect(output).toContain('Sending Retry packet');
  expect(output).toContain('Token was successfully validated');
});

test('we show their server the certificate that it asks for', async () => {
  await withTheirServer(['--verify-client'], getFile);
});

test('their server loses one packet of ten, each way', async () => {
  await withTheirServer(['--tx-loss=0.1', '--rx-loss=0.1'], getFile);
});

test('their server loses one packet of ten, each way, and wants our address proved', async () => {
  await withTheirServer(['--validate-addr', '--tx-loss=0.1', '--rx-loss=0.1'], getFile);
});
