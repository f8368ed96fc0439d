/** What every transport promises; each implementation runs all of it. */
import { createHash, randomBytes } from 'node:crypto';
import { expect, test } from 'vitest';
import type { ByteStream, Connection, StreamObserver } from './transport.ts';

export interface TransportPair extends AsyncDisposable {
  readonly dialer: Connection;
  readonly listener: Connection;
}

/** A stream whose events tests can wait for. */
export class Watched {
  readonly stream: ByteStream;
  resetCode: number | undefined;
  stoppedCode: number | undefined;
  isClosed = false;
  #wake: () => void = () => {};

  constructor(stream: ByteStream) {
    this.stream = stream;
    const note = (change: () => void) => {
      change();
      this.#wake();
    };
    const observer: StreamObserver = {
      readable: () => note(() => {}),
      writable: () => note(() => {}),
      reset: (code) => note(() => (this.resetCode = code)),
      stopped: (code) => note(() => (this.stoppedCode = code)),
      closed: () => note(() => (this.isClosed = true)),
    };
    stream.observe(observer);
  }

  async until(condition: () => boolean): Promise<void> {
    const deadline = Date.now() + 20_000;
    while (!condition()) {
      if (Date.now() > deadline) throw new Error('the stream did not get there in 20 seconds');
      await Promise.race([
        new Promise<void>((resolve) => (this.#wake = resolve)),
        new Promise((resolve) => setTimeout(resolve, 200)),
      ]);
    }
  }

  /** All bytes until the end. */
  async readAll(): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    await this.until(() => {
      for (let chunk = this.stream.read(); chunk; chunk = this.stream.read()) chunks.push(chunk);
      return this.stream.readableEnded || this.resetCode !== undefined;
    });
    return Buffer.concat(chunks);
  }

  async writeAll(bytes: Uint8Array, pieces = 65_536): Promise<void> {
    for (let at = 0; at < bytes.length; at += pieces) {
      if (this.stream.write(bytes.slice(at, at + pieces))) continue;
      await this.until(() => this.stream.pending < 1 << 20);
    }
    this.stream.end();
  }
}

export function nextStream(connection: Connection): Promise<ByteStream> {
  return new Promise((resolve) =>
    connection.observe({ stream: resolve, datagrams: () => {}, closed: () => {} }),
  );
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

export function conformTransport(name: string, makePair: () => Promise<TransportPair>): void {
  async function openPair(pair: TransportPair): Promise<[Watched, Watched]> {
    const arrived = nextStream(pair.listener);
    const near = new Watched(await pair.dialer.openStream(1));
    near.stream.write(Uint8Array.of(1));
    const far = new Watched(await arrived);
    await far.until(() => far.stream.read() !== undefined);
    return [near, far];
  }

  test(`${name}: bytes arrive whole and in order, both ways, with their end`, async () => {
    await using pair = await makePair();
    const [near, far] = await openPair(pair);
    const [there, back] = [randomBytes(3_000_000), randomBytes(2_000_001)];
    const [, , gotThere, gotBack] = await Promise.all([
      near.writeAll(there),
      far.writeAll(back),
      far.readAll(),
      near.readAll(),
    ]);
    expect(sha256(gotThere)).toBe(sha256(there));
    expect(sha256(gotBack)).toBe(sha256(back));
    await near.until(() => near.isClosed);
    await far.until(() => far.isClosed);
  });

  test(`${name}: a reader that does not read stops the writer, and nothing is lost when it goes on`, async () => {
    await using pair = await makePair();
    const [near, far] = await openPair(pair);
    const chunk = new Uint8Array(65_536).fill(7);
    let written = 0;
    for (let refused = 0; refused < 5 && written < 200_000_000; ) {
      if (near.stream.write(chunk.slice())) refused = 0;
      else refused += 1;
      written += chunk.length;
      await new Promise((resolve) => setTimeout(resolve, refused > 0 ? 30 : 0));
    }
    expect(written).toBeLessThan(100_000_000);
    near.stream.end();
    expect((await far.readAll()).length).toBe(written);
  });

  test(`${name}: a reset reaches the reader with its code`, async () => {
    await using pair = await makePair();
    const [near, far] = await openPair(pair);
    near.stream.reset(77);
    await far.until(() => far.resetCode !== undefined);
    expect(far.resetCode).toBe(77);
  });

  test(`${name}: a stop reaches the writer`, async () => {
    await using pair = await makePair();
    const [near, far] = await openPair(pair);
    far.stream.stop(5);
    await near.until(() => {
      near.stream.write(Uint8Array.of(1));
      return near.stoppedCode !== undefined;
    });
    expect(near.stream.write(Uint8Array.of(1))).toBe(false);
  });

  test(`${name}: a close reaches the other side with code and reason, and ends its streams`, async () => {
    await using pair = await makePair();
    const [, far] = await openPair(pair);
    await pair.dialer.close(9, 'enough');
    expect(await pair.listener.closed).toMatchObject({ by: 'peer', code: 9, reason: 'enough' });
    await far.until(() => far.resetCode !== undefined || far.stream.readableEnded);
    await expect(pair.dialer.openStream(1)).rejects.toThrow();
  });

  test(`${name}: datagrams arrive`, async () => {
    await using pair = await makePair();
    const got = new Promise<Uint8Array>((resolve) => {
      pair.listener.observe({
        stream: () => {},
        datagrams: ([first]) => first && resolve(first),
        closed: () => {},
      });
    });
    const again = setInterval(() => pair.dialer.sendDatagram(Uint8Array.of(1, 2, 3), 0), 50);
    expect([...(await got)]).toEqual([1, 2, 3]);
    clearInterval(again);
    expect(pair.dialer.sendDatagram(new Uint8Array(70_000), 0)).toBe('too_large');
  });

  test(`${name}: datagrams that come before the observer wait for it`, async () => {
    await using pair = await makePair();
    // Whoever has streams going has long been connected.
    const stream = await pair.dialer.openStream(1);
    stream.write(Uint8Array.of(1));
    for (let n = 0; n < 20; n += 1) pair.dialer.sendDatagram(Uint8Array.of(n), 0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    const got = await new Promise<number>((resolve) => {
      pair.listener.observe({
        stream: () => {},
        datagrams: (batch) => resolve(batch.length),
        closed: () => {},
      });
    });
    expect(got).toBeGreaterThan(1);
  });
}
