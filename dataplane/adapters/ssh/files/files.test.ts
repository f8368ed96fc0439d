/** Files of a real OpenSSH server, by the client's own code: what goes over, what each grant allows, what is refused. */
import { createHash, randomBytes } from 'node:crypto';
import {
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ChannelGrant } from '../../../../schema/channel.ts';
import { encodeMessage } from '../../../../schema/wire/message.ts';
import { FileChannel, type FileHash, type FileSink, type FileSource } from '../../../client/files.ts';
import { memoryPair } from '../../../transport/memory.ts';
import type { ByteStream } from '../../../transport/transport.ts';
import { serveFiles } from './files.ts';
import { type TestSshd, testSshd } from './test-sshd.ts';

let sshd: TestSshd;
beforeAll(async () => {
  sshd = await testSshd();
});
afterAll(() => sshd?.close());

const at = (name: string) => join(sshd.folder, name);
const BOTH: ChannelGrant = { send: true, receive: true };

function makeHash(): FileHash {
  const hash = createHash('sha256');
  return {
    update: (bytes) => void hash.update(bytes),
    sum: () => Uint8Array.from(hash.copy().digest()),
  };
}

async function served(grant: ChannelGrant): Promise<{ stream: ByteStream; over: Promise<void> }> {
  const [near, far] = memoryPair();
  const arrived = new Promise<ByteStream>((resolve) =>
    far.observe({ stream: resolve, datagrams: () => {}, closed: () => {} }),
  );
  const stream = await near.openStream(0);
  const service = await arrived;
  const pending = {
    channel: 'file_transfer',
    role: 'controller',
    params: undefined,
    clipboard: undefined,
    grant,
    accept: () => service,
  } as const;
  return { stream, over: serveFiles(sshd.ssh, pending) };
}
const files = async (grant = BOTH) => new FileChannel((await served(grant)).stream, makeHash);

function source(bytes: Uint8Array, mode = 0o640): FileSource {
  return {
    file: { size: bytes.length, mode, mtime: 1_500_000_000 },
    read: async (offset, length) => bytes.subarray(offset, offset + length),
  };
}

class MemorySink implements FileSink {
  readonly have: FileSink['have'];
  got: Uint8Array;
  begun = -1;
  finished: object | undefined;
  constructor(kept: Uint8Array = new Uint8Array()) {
    const hash = makeHash();
    hash.update(kept);
    this.have = kept.length > 0 ? { size: kept.length, hash } : undefined;
    this.got = kept;
  }
  async begin(_file: object, offset: number): Promise<void> {
    this.begun = offset;
    this.got = this.got.slice(0, offset);
  }
  async write(bytes: Uint8Array): Promise<void> {
    this.got = Buffer.concat([this.got, bytes]);
  }
  async finish(file: object): Promise<void> {
    this.finished = file;
  }
}
const nothing = () => {};

test('a file goes there and comes back with its permissions and its time; nothing else is left behind', async () => {
  const bytes = randomBytes(1_234_567);
  const channel = await files();
  await channel.upload(at('round'), source(bytes), false, nothing);
  expect(readFileSync(at('round')).equals(bytes)).toBe(true);
  expect(statSync(at('round'))).toMatchObject({ mode: 0o100_640, mtimeMs: 1_500_000_000_000 });
  const sink = new MemorySink();
  await channel.download(at('round'), sink, nothing);
  expect(bytes.equals(sink.got)).toBe(true);
  expect(sink.finished).toEqual({ kind: 'file', size: bytes.length, mode: 0o640, mtime: 1_500_000_000 });
  await channel.upload(at('empty'), source(new Uint8Array()), false, nothing);
  expect(statSync(at('empty')).size).toBe(0);
  expect(readdirSync(sshd.folder).filter((name) => name.includes('part'))).toEqual([]);
});

test('what an interrupted transfer left is gone on with where it is the same, and only there', async () => {
  const bytes = randomBytes(400_000);
  const channel = await files();
  const counted: number[] = [];
  for (const [kept, first] of [
    [bytes.subarray(0, 150_000), 150_000],
    [randomBytes(150_000), 0],
  ] as const) {
    writeFileSync(at('.up.fabric-part'), kept);
    counted.length = 0;
    await channel.upload(at('up'), source(bytes), true, (more) => counted.push(more));
    expect([counted[0], readFileSync(at('up')).equals(bytes)]).toEqual([first, true]);
    const sink = new MemorySink(kept);
    await channel.download(at('up'), sink, nothing);
    expect([sink.begun, bytes.equals(sink.got)]).toEqual([first, true]);
  }
  counted.length = 0;
  await channel.upload(at('up'), source(bytes), true, (more) => counted.push(more));
  expect(counted).toEqual([400_000]);
});

test('each grant allows its own direction, and nothing of the other', async () => {
  writeFileSync(at('secret'), 'hidden');
  const down = await files({ send: false, receive: true });
  const up = await files({ send: true, receive: false });
  const not = { code: 'channel_not_allowed' };
  await expect(down.upload(at('new'), source(randomBytes(90_000)), false, nothing)).rejects.toMatchObject(
    not,
  );
  await expect(down.mkdir(at('folder'), 0o755)).rejects.toMatchObject(not);
  await expect(up.download(at('secret'), new MemorySink(), nothing)).rejects.toMatchObject(not);
  await expect(up.list(sshd.folder)).rejects.toMatchObject(not);
  expect(await up.stat(at('secret'))).toEqual({ kind: 'file', size: 0, mode: 0, mtime: 0 });
  expect(readdirSync(sshd.folder)).not.toContain('new');
  // The refusals cost neither channel its life.
  const sink = new MemorySink();
  await down.download(at('secret'), sink, nothing);
  await up.upload(at('new'), source(Buffer.from('new')), false, nothing);
  expect([Buffer.from(sink.got).toString(), readFileSync(at('new'), 'utf8')]).toEqual(['hidden', 'new']);
});

test('nothing is written through a link, nor over what is no file; nothing is read but files', async () => {
  writeFileSync(at('victim'), 'untouched');
  mkdirSync(at('a-folder'));
  symlinkSync(at('victim'), at('trap'));
  symlinkSync(at('victim'), at('.trap2.fabric-part'));
  const channel = await files();
  for (const name of ['trap', 'trap2', 'a-folder'])
    await expect(channel.upload(at(name), source(randomBytes(10)), true, nothing)).rejects.toMatchObject({
      code: 'conflict',
    });
  expect(readFileSync(at('victim'), 'utf8')).toBe('untouched');
  for (const path of ['/dev/zero', at('a-folder')])
    await expect(channel.download(path, new MemorySink(), nothing)).rejects.toMatchObject({
      code: 'bad_request',
    });
  await expect(channel.download(at('none'), new MemorySink(), nothing)).rejects.toMatchObject({
    code: 'not_found',
  });
  expect(await channel.stat(at('none'))).toBeUndefined();
});

test('a file that is larger than the room there is is refused before a byte of it goes', async () => {
  let read = 0;
  const huge: FileSource = {
    file: { size: 2 ** 52, mode: 0o600, mtime: 0 },
    read: async () => {
      read += 1;
      return new Uint8Array(1);
    },
  };
  await expect((await files()).upload(at('huge'), huge, false, nothing)).rejects.toMatchObject({
    code: 'quota_exceeded',
  });
  expect(read).toBe(0);
});

test('a file that changes under the transfer is not put in its place', async () => {
  const channel = await files();
  let reads = 0;
  const shrinking: FileSource = {
    file: { size: 100_000, mode: 0o600, mtime: 0 },
    read: async (_, length) => {
      reads += 1;
      return reads > 2 ? new Uint8Array() : new Uint8Array(length);
    },
  };
  await expect(channel.upload(at('shrunk'), shrinking, false, nothing)).rejects.toMatchObject({
    code: 'conflict',
  });
  expect(readdirSync(sshd.folder)).not.toContain('shrunk');
  expect(await channel.stat(sshd.folder)).toMatchObject({ kind: 'directory' });
});

test('a folder’s entries say what they are; a link is a link', async () => {
  mkdirSync(at('list'));
  writeFileSync(at('list/file'), 'four');
  utimesSync(at('list/file'), 1000, 1000);
  symlinkSync('/etc', at('list/link'));
  for (let n = 0; n < 450; n += 1) writeFileSync(at(`list/n${n}`), '');
  const entries = await (await files()).list(at('list'));
  expect(entries.length).toBe(452);
  const byName = Object.fromEntries(entries.map((entry) => [entry.name, entry]));
  expect([byName['file'], byName['link']?.kind]).toEqual([
    { name: 'file', kind: 'file', size: 4, mode: 0o644, mtime: 1000 },
    'link',
  ]);
});

test.each([
  { type: 'stat', path: '../etc/passwd' },
  { type: 'read', path: 'a/../../b' },
  { type: 'data', bytes: new Uint8Array(1) },
  { type: 'write', path: 'x', size: 1, mode: 0o4755, mtime: 0, resume: false },
  { type: 'remove', path: 'x' },
])('who asks for %o has broken the protocol: the channel ends', async (message) => {
  const { stream, over } = await served(BOTH);
  stream.write(encodeMessage(message));
  const reset = new Promise<void>((resolve) =>
    stream.observe({
      readable: () => {},
      writable: () => {},
      reset: () => resolve(),
      stopped: () => {},
      closed: () => {},
    }),
  );
  await Promise.all([reset, over]);
});
