/** For tests and benches: someone who types, each key numbered and echoed from the far end. Says how long echoes stayed away, and whether each came once and in order. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { Attachment } from '../client/attachment.ts';
import type { ByteStream } from '../transport/transport.ts';

const EVERY_MS = 10;
const KEY_BYTES = 4;

export class Typist {
  readonly #stream: ByteStream;
  readonly #timer: NodeJS.Timeout;
  /** When the echo of each key came. */
  readonly #came: number[] = [];
  /** When each key was pressed. */
  readonly #went: number[] = [];
  #rest = Buffer.alloc(0);
  #wrong = '';

  static async start(attachment: Attachment): Promise<Typist> {
    return new Typist(await attachment.openStream());
  }

  constructor(stream: ByteStream) {
    this.#stream = stream;
    stream.observe({
      readable: () => this.#take(),
      writable: () => {},
      reset: (code) => this.#fail(`reset ${code}`),
      stopped: (code) => this.#fail(`stopped ${code}`),
      closed: () => {},
    });
    this.#timer = setInterval(() => this.#type(), EVERY_MS);
  }

  /**
   * From that moment until the first key pressed after it was echoed, milliseconds: what a person feels.
   * @returns Infinity when it takes longer than `most`
   */
  async pauseAfter(at: number, most: number): Promise<number> {
    while (performance.now() < at + most) {
      const key = this.#went.findIndex((went) => went > at);
      const came = key < 0 ? undefined : this.#came[key];
      if (came !== undefined) return came - at;
      await sleep(5);
    }
    return Number.POSITIVE_INFINITY;
  }

  /** The longest that an echo of a key pressed after that moment stayed away. */
  slowestAfter(at: number): number {
    return Math.max(
      ...this.#went.map((went, key) => (went < at ? 0 : (this.#came[key] ?? performance.now()) - went)),
    );
  }

  async stop(): Promise<string> {
    clearInterval(this.#timer);
    const deadline = performance.now() + 10_000;
    while (this.#came.length < this.#went.length && this.#wrong === '' && performance.now() < deadline)
      await sleep(10);
    const verdict =
      this.#wrong || (this.#came.length === this.#went.length ? 'all, once, in order' : 'some are missing');
    this.#stream.end();
    return verdict;
  }

  #type(): void {
    const key = Buffer.alloc(KEY_BYTES);
    key.writeUInt32BE(this.#went.length);
    this.#went.push(performance.now());
    this.#stream.write(key);
  }

  #take(): void {
    for (let chunk = this.#stream.read(); chunk; chunk = this.#stream.read())
      this.#rest = Buffer.concat([this.#rest, chunk]);
    for (; this.#rest.length >= KEY_BYTES; this.#rest = this.#rest.subarray(KEY_BYTES)) {
      const key = this.#rest.readUInt32BE();
      if (key !== this.#came.length) this.#fail(`key ${key} came where ${this.#came.length} was due`);
      this.#came.push(performance.now());
    }
  }

  #fail(why: string): void {
    this.#wrong ||= why;
  }

  /** So many bytes, or what came until the end. */
  static collect(stream: ByteStream, length: number): Promise<Buffer> {
    const chunks: Uint8Array[] = [];
    let got = 0;
    return new Promise((resolve, reject) => {
      stream.observe({
        readable: () => {
          for (let chunk = stream.read(); chunk; chunk = stream.read()) {
            chunks.push(chunk);
            got += chunk.length;
          }
          if (got >= length || stream.readableEnded) resolve(Buffer.concat(chunks));
        },
        writable: () => {},
        reset: (code) => reject(new Error(`reset ${code}`)),
        stopped: (code) => reject(new Error(`stopped ${code}`)),
        closed: () => {},
      });
    });
  }
}
