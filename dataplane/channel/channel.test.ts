/** A sealed channel over paths that die: whatever is cut, and wherever, both ends get the same bytes, once and in order. */
import { setImmediate as turn } from 'node:timers/promises';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { ByteStream } from '../transport/transport.ts';
import type { MakeAead } from './aead.ts';
import { SealedChannel } from './channel.ts';
import type { AttachmentKeys } from './keys.ts';
import { nodeAead } from './node-aead.ts';
import { WINDOW_BYTES } from './resume.ts';
import { type Treat, testKeys, testPath, type Way } from './test-path.ts';
import { webAead } from './web-aead.ts';

const ciphers: [string, MakeAead][] = [
  ['node', nodeAead],
  ['web', webAead],
];

/** One end and what its user saw. */
class End {
  readonly channel: SealedChannel;
  readonly got: Uint8Array[] = [];
  readonly events: string[] = [];
  /** Reads when told to; else as bytes come. */
  lazy = false;
  writable = 0;

  constructor(channel: SealedChannel) {
    this.channel = channel;
    channel.observe({
      readable: () => {
        if (!this.lazy) this.drain();
      },
      writable: () => {
        this.writable += 1;
      },
      reset: (code) => this.events.push(`reset ${code}`),
      stopped: (code) => this.events.push(`stopped ${code}`),
      closed: () => this.events.push('closed'),
    });
  }

  drain(): void {
    for (let chunk = this.channel.read(); chunk; chunk = this.channel.read()) this.got.push(chunk);
  }

  get text(): string {
    return Buffer.concat(this.got).toString('hex');
  }
}

/** Both ends of one channel; a new path, made by `paths`, whenever one is lost. */
class Pair {
  near!: End;
  far!: End;
  readonly broken = { near: 0, far: 0 };
  paths = 0;
  readonly #treats: (path: number) => Treat | undefined;
  #joining = false;
  #again = false;

  static async make(
    [client, service]: readonly [AttachmentKeys, AttachmentKeys],
    number: number,
    treats: (path: number) => Treat | undefined = () => undefined,
  ): Promise<Pair> {
    const pair = new Pair(treats);
    const name = { kind: 'stream', number };
    const end = async (keys: AttachmentKeys, side: 'near' | 'far') => {
      const { sealer, opener } = await keys.channel(name);
      const channel: SealedChannel = new SealedChannel(number, sealer, opener, {
        abort: (half, code) => queueMicrotask(() => pair.other(side).channel.aborted(half, code)),
        lost: (broken) => {
          if (broken) pair.broken[side] += 1;
          void pair.join();
        },
        done: () => {},
      });
      return new End(channel);
    };
    pair.near = await end(client, 'near');
    pair.far = await end(service, 'far');
    return pair;
  }

  constructor(treats: (path: number) => Treat | undefined) {
    this.#treats = treats;
  }

  other(side: 'near' | 'far'): End {
    return side === 'near' ? this.far : this.near;
  }

  async join(): Promise<void> {
    this.#again = true;
    if (this.#joining) return;
    this.#joining = true;
    while (this.#again) {
      this.#again = false;
      const ends: [SealedChannel, SealedChannel] = [this.near.channel, this.far.channel];
      for (const end of ends) end.leave();
      const [here, there] = await Promise.all([ends[0].point(), ends[1].point()]);
      const [a, b] = await testPath(this.#treats(this.paths));
      this.paths += 1;
      // As the owners do: who is done has no need of a path, and the other is told.
      if (ends[0].isDone) ends[1].gone(1);
      else if (ends[1].isDone) ends[0].gone(1);
      else {
        expect(ends[0].join(a, there)).toBe(true);
        expect(ends[1].join(b, here)).toBe(true);
      }
    }
    this.#joining = false;
  }

  async closed(): Promise<void> {
    const deadline = performance.now() + 20_000;
    while (performance.now() < deadline) {
      if (this.near.events.includes('closed') && this.far.events.includes('closed')) return;
      await turn();
    }
    throw new Error(`not closed: ${JSON.stringify([this.near.events, this.far.events, this.paths])}`);
  }
}

/** Cuts after so many bytes that way, with that much of the chunk still delivered. */
function cutAfter(way: Way, bytes: number): Treat {
  let seen = 0;
  return (which, chunk) => {
    if (which !== way) return { chunks: [chunk] };
    seen += chunk.length;
    if (seen < bytes) return { chunks: [chunk] };
    return { chunks: [chunk.subarray(0, Math.max(0, chunk.length - (seen - bytes)))], cut: true };
  };
}

function sendAll(stream: ByteStream, chunks: readonly Uint8Array[]): void {
  for (const chunk of chunks) stream.write(chunk);
  stream.end();
}

const joined = (chunks: readonly Uint8Array[]) => Buffer.concat(chunks).toString('hex');
const bytesOf = (length: number, seed: number) => new Uint8Array(length).map((_, at) => at * 31 + seed);

test.each(ciphers)(
  'wherever the path is cut, nothing is lost, doubled or out of order: %s',
  async (_, aead) => {
    const keys = await testKeys(aead);
    let number = 0;
    const chunks = fc.array(fc.integer({ min: 0, max: 40_000 }), { maxLength: 6 });
    const cuts = fc.array(
      fc.record({ way: fc.constantFrom<Way>('there', 'back'), bytes: fc.integer({ min: 0, max: 60_000 }) }),
      { maxLength: 6 },
    );
    await fc.assert(
      fc.asyncProperty(chunks, chunks, cuts, async (there, back, where) => {
        number += 1;
        const pair = await Pair.make(keys, number, (path) => {
          const cut = where[path];
          return cut && cutAfter(cut.way, cut.bytes);
        });
        const [out, home] = [there, back].map((sizes) => sizes.map((size, at) => bytesOf(size, at)));
        await pair.join();
        sendAll(pair.near.channel, out ?? []);
        sendAll(pair.far.channel, home ?? []);
        await pair.closed();
        expect(pair.far.text).toBe(joined(out ?? []));
        expect(pair.near.text).toBe(joined(home ?? []));
        expect(pair.broken).toEqual({ near: 0, far: 0 });
      }),
      { numRuns: aead === nodeAead ? 150 : 40 },
    );
  },
);

test('a cut at every record boundary, and at every byte of a short conversation, is survived', async () => {
  const keys = await testKeys(nodeAead);
  const out = [bytesOf(3, 1), bytesOf(40_000, 2), bytesOf(1, 3)];
  const short = [bytesOf(3, 1), bytesOf(20, 2), bytesOf(1, 3)];
  let number = 0;
  const survives = async (chunks: Uint8Array[], way: Way, bytes: number) => {
    number += 1;
    const pair = await Pair.make(keys, number, (path) => (path === 0 ? cutAfter(way, bytes) : undefined));
    await pair.join();
    sendAll(pair.near.channel, chunks);
    sendAll(pair.far.channel, chunks);
    await pair.closed();
    expect([pair.far.text, pair.near.text]).toEqual([joined(chunks), joined(chunks)]);
  };
  const boundaries = [3, 16_384, 16_384, 40_000 - 2 * 16_384, 1, 0].map((body) => 2 + 7 + 16 + body);
  for (const way of ['there', 'back'] as const) {
    let at = 0;
    for (const size of boundaries) {
      at += size;
      await survives(out, way, at);
    }
    for (let bytes = 0; bytes < 4 * 25 + 24; bytes += 1) await survives(short, way, bytes);
  }
});

test('writing without a path is kept, up to the window; then the writer waits, and is told when it goes on', async () => {
  const pair = await Pair.make(await testKeys(nodeAead), 1);
  const piece = bytesOf(64 * 1024, 5);
  let written = 0;
  while (pair.near.channel.write(piece)) written += piece.length;
  written += piece.length;
  expect(written).toBeGreaterThanOrEqual(WINDOW_BYTES - piece.length);
  expect(written).toBeLessThanOrEqual(WINDOW_BYTES + piece.length);
  await pair.join();
  await expect.poll(() => pair.near.writable).toBe(1);
  await expect.poll(() => Buffer.concat(pair.far.got).length).toBe(written);
});

test('a reader that does not read stops the writer within the windows, and nothing is lost when it goes on', async () => {
  const pair = await Pair.make(await testKeys(nodeAead), 1);
  pair.far.lazy = true;
  await pair.join();
  const piece = bytesOf(64 * 1024, 5);
  let written = 0;
  for (let idle = 0; idle < 50; await turn())
    if (pair.near.channel.pending <= WINDOW_BYTES && pair.near.channel.write(piece)) {
      written += piece.length;
      idle = 0;
    } else idle += 1;
  expect(written).toBeLessThan(WINDOW_BYTES + (1 << 20));
  pair.near.channel.end();
  pair.far.channel.end();
  pair.far.lazy = false;
  pair.far.drain();
  await pair.closed();
  expect(Buffer.concat(pair.far.got).length % piece.length).toBe(0);
});

test('a reset and a stop reach the other end, with their codes, and both ends let go', async () => {
  const pair = await Pair.make(await testKeys(nodeAead), 1);
  await pair.join();
  pair.near.channel.write(bytesOf(10, 1));
  pair.near.channel.reset(7);
  pair.near.channel.stop(9);
  await pair.closed();
  expect(pair.far.events).toEqual(['reset 7', 'stopped 9', 'closed']);
  expect(pair.far.channel.write(bytesOf(1, 1))).toBe(false);
});

test('keys change along a long channel, at both ends at the same record', async () => {
  const keys = await testKeys(nodeAead);
  const pair = await Pair.make(keys, 1);
  await pair.join();
  const rounds = 66_000;
  for (let round = 0; round < rounds; round += 1) {
    pair.near.channel.write(Uint8Array.of(round));
    if (round % 500 === 0) await turn();
  }
  pair.near.channel.end();
  pair.far.channel.end();
  await pair.closed();
  const got = Buffer.concat(pair.far.got);
  expect(got.length).toBe(rounds);
  expect(got.every((octet, at) => octet === (at & 0xff))).toBe(true);
  expect(pair.broken).toEqual({ near: 0, far: 0 });
});
