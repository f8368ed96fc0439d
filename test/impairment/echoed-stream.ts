/** A stream to a side that echoes: pseudo-random bytes go out, and must come back the same. */
import { createHash } from 'node:crypto';
import type { ByteStream, Connection } from '../../dataplane/transport/transport.ts';
import type { TrafficClass } from '../../schema/channel.ts';
import { pseudoRandomBytes } from '../random.ts';
import { eventually } from './eventually.ts';

const PIECE = 16_384;

export class EchoedStream {
  received = 0;
  failure: unknown;
  readonly #stream: ByteStream;
  readonly #unsent: Uint8Array[] = [];
  readonly #sentHash = createHash('sha256');
  readonly #receivedHash = createHash('sha256');
  #sent = 0;
  #isFull = false;
  #isOver = false;

  static async open(connection: Connection, trafficClass: TrafficClass): Promise<EchoedStream> {
    return new EchoedStream(await connection.openStream(trafficClass), trafficClass);
  }

  private constructor(stream: ByteStream, trafficClass: TrafficClass) {
    this.#stream = stream;
    stream.observe({
      readable: () => this.#read(),
      writable: () => {
        this.#isFull = false;
        this.#write();
      },
      reset: (code) => (this.failure = new Error(`the stream was reset with ${code}`)),
      stopped: (code) => (this.failure = new Error(`the stream was stopped with ${code}`)),
      closed: () => (this.#isOver = true),
    });
    this.#queue(Uint8Array.of(trafficClass));
  }

  send(length: number, seed: number): void {
    const bytes = pseudoRandomBytes(length, seed);
    for (let at = 0; at < length; at += PIECE) this.#queue(bytes.subarray(at, at + PIECE));
  }

  /** Until all that was sent is back. */
  settled(withinMs: number): Promise<void> {
    return this.#until(() => this.received >= this.#sent, withinMs);
  }

  /** @returns SHA-256 of what was sent and of what came back, once both halves are over */
  async finish(withinMs: number): Promise<{ sent: string; received: string }> {
    this.#stream.end();
    await this.#until(() => this.#stream.readableEnded && this.#isOver, withinMs);
    return { sent: this.#sentHash.digest('hex'), received: this.#receivedHash.digest('hex') };
  }

  async #until(condition: () => boolean, withinMs: number): Promise<void> {
    await eventually(
      () => {
        if (this.failure) throw this.failure;
        return condition();
      },
      withinMs,
      () => `${this.received} of ${this.#sent} bytes came back`,
    );
  }

  #queue(bytes: Uint8Array): void {
    this.#sent += bytes.length;
    this.#sentHash.update(bytes);
    this.#unsent.push(bytes);
    this.#write();
  }

  #write(): void {
    while (!this.#isFull) {
      const bytes = this.#unsent.shift();
      if (!bytes) return;
      this.#isFull = !this.#stream.write(bytes);
    }
  }

  #read(): void {
    for (let bytes = this.#stream.read(); bytes; bytes = this.#stream.read()) {
      this.received += bytes.length;
      this.#receivedHash.update(bytes);
    }
  }
}
