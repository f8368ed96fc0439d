/** Commands and connections whose paths die at random moments: what comes out has the right hash and status, or says that it was cut. */
import { createHash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';
import { PassThrough, Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { joinCommand, startCommand } from '../../dataplane/adapters/ssh/exec.ts';
import { type TestSshd, testSshd } from '../../dataplane/adapters/ssh/files/test-sshd.ts';
import { connectTcp, joinTcp } from '../../dataplane/channel/tcp-stream.ts';
import { attach } from '../../dataplane/client/attach.ts';
import type { TerminalChannel } from '../../dataplane/client/terminal.ts';
import { World } from '../../dataplane/sessions/test-world.ts';
import { joinStream, outputObserver, pumpInput } from './pump.ts';

const RUNS = 40;
const TOGETHER = 8;
const both = { send: true, receive: true };
const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

let sshd: TestSshd;
beforeAll(async () => {
  sshd = await testSshd();
});
afterAll(() => sshd.close());

async function commandWorld(): Promise<World> {
  const world = await World.make({ terminal: both });
  world.serve = async ({ params, accept }) => {
    const { command } = params as { command: string };
    const channel = await startCommand(sshd.ssh, { mode: 'exec', command });
    await joinCommand(channel, accept(), { maySend: true, shown: (bytes) => bytes, tap: undefined });
  };
  return world;
}

/** Reads in fits and starts, so that every queue on the way is full at times. */
async function slowly(from: Readable): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of from) {
    chunks.push(chunk);
    if (Math.random() < 0.1) await sleep(Math.random() * 4);
  }
  return Buffer.concat(chunks);
}

/** Paths die at random times for as long as it takes, and now and then in the middle of a chunk. */
async function whileCutting<T>(world: World, work: Promise<T>): Promise<T> {
  let over = false;
  const done = work.finally(() => {
    over = true;
  });
  for (let cuts = 0; cuts < 6 && !over; cuts += 1) {
    await Promise.race([done, sleep(Math.random() * 60)]);
    if (Math.random() < 0.5) {
      world.cutPaths();
      continue;
    }
    let isCut = false;
    world.treat = (_, chunk) => {
      if (isCut || chunk.length < 20) return { chunks: [chunk] };
      isCut = true;
      return { chunks: [chunk.subarray(0, Math.random() * chunk.length)], cut: true };
    };
  }
  return done;
}

async function command(input: Uint8Array, line: string) {
  const world = await commandWorld();
  const attachment = await attach(await world.ticket(), world.client, world.options);
  const [out, err] = [new PassThrough({ highWaterMark: 30_000 }), new PassThrough({ highWaterMark: 1_000 })];
  const [output, errors] = [slowly(out), slowly(err)];
  let channel: TerminalChannel | undefined;
  const stdin = Readable.from(pieces(input), { objectMode: false });
  const { observer, outcome } = outputObserver(
    () => channel,
    out,
    err,
    () => stdin,
  );
  channel = await attachment.openTerminal({ mode: 'exec', command: line }, observer);
  pumpInput(stdin, channel);
  const result = await whileCutting(world, outcome);
  await attachment.detach();
  out.end();
  err.end();
  return { result, output: await output, errors: await errors };
}

function* pieces(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.length; ) {
    const length = 1 + Math.floor(Math.random() * 90_000);
    yield bytes.subarray(at, at + length);
    at += length;
  }
}

async function times(runs: number, work: () => Promise<void>): Promise<void> {
  for (let done = 0; done < runs; done += TOGETHER)
    await Promise.all(Array.from({ length: Math.min(TOGETHER, runs - done) }, work));
}

test('a command gives back what it was given, whenever its paths die', async () => {
  await times(RUNS, async () => {
    const input = randomBytes(Math.floor(Math.random() * 900_000));
    const { result, output } = await command(input, 'cat');
    expect([result, output.length, sha256(output)]).toEqual([
      { exit: { status: 0, signal: '' } },
      input.length,
      sha256(input),
    ]);
  });
});

test('the last of both outputs and the status come, however slow their reader and however short the command', async () => {
  await times(RUNS / 2, async () => {
    const line = 'head -c 200000 /dev/zero; head -c 150000 /dev/zero >&2; exit 7';
    const { result, output, errors } = await command(new Uint8Array(), line);
    expect([result, output.length, errors.length]).toEqual([
      { exit: { status: 7, signal: '' } },
      200_000,
      150_000,
    ]);
    expect((await command(new Uint8Array(), 'exit 3')).result).toEqual({ exit: { status: 3, signal: '' } });
  });
});

/** A session whose channels are connections to a server of one's own; this one's end of the next. */
async function connected(): Promise<{ world: World; arrived: Promise<Socket>; close(): void }> {
  const server = createServer({ allowHalfOpen: true }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const world = await World.make();
  const { port } = server.address() as AddressInfo;
  world.serve = async ({ accept }) => joinTcp(await connectTcp('127.0.0.1', port), accept());
  const arrived = once(server, 'connection').then(([socket]) => socket as Socket);
  return { world, arrived, close: () => server.close() };
}

test('a connection carries both ways, whenever its paths die', async () => {
  await times(RUNS / 2, async () => {
    const { world, arrived, close } = await connected();
    const attachment = await attach(await world.ticket(), world.client, world.options);
    const input = randomBytes(Math.floor(Math.random() * 900_000));
    const out = new PassThrough({ highWaterMark: 30_000 });
    const output = slowly(out);
    const stream = await attachment.openStream();
    void arrived.then((socket) => socket.pipe(socket));
    await whileCutting(world, joinStream(stream, Readable.from(pieces(input), { objectMode: false }), out));
    expect(sha256(await output)).toBe(sha256(input));
    await attachment.terminate();
    close();
  });
});

test('what was cut does not look like the end: neither to who reads nor to the target', async () => {
  const { world, arrived, close } = await connected();
  const attachment = await attach(await world.ticket(), world.client, world.options);
  const stdin = new PassThrough();
  const joined = joinStream(await attachment.openStream(), stdin, new PassThrough().resume());
  const cut = joined.then(
    () => 'ended',
    (error: { code: string }) => error.code,
  );
  stdin.write('half of it');
  const socket = await arrived;
  await once(socket, 'data');
  const ends: string[] = [];
  socket
    .on('end', () => ends.push('end'))
    .on('error', (error: NodeJS.ErrnoException) => ends.push(error.code ?? ''));
  world.remote.end('an administrator ended it');
  expect(await cut).toBe('unavailable');
  await expect.poll(() => ends).toEqual(['ECONNRESET']);
  close();
});
