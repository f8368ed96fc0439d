/** The one zlib stream that runs through all ZRLE rectangles of a connection. Inflating happens on libuv's threads. */
import { constants, createInflate } from 'node:zlib';
import { ProtocolViolation } from '../../../../schema/refusal.ts';

export class InflateStream {
  readonly #inflate = createInflate({ flush: constants.Z_SYNC_FLUSH });
  #chunks: Buffer[] = [];
  #bytes = 0;
  #most = 0;
  #fail: (error: Error) => void = () => {};

  constructor() {
    this.#inflate.on('data', (chunk: Buffer) => {
      this.#bytes += chunk.length;
      if (this.#bytes > this.#most) {
        this.#chunks = [];
        this.#inflate.destroy(new ProtocolViolation('a rectangle that inflates to more than it can hold'));
      } else this.#chunks.push(chunk);
    });
    this.#inflate.on('error', (error: Error) =>
      this.#fail(error instanceof ProtocolViolation ? error : new ProtocolViolation('a broken zlib stream')),
    );
  }

  /** What comes of the next bytes. @throws ProtocolViolation when that is more than `most` bytes, or broken */
  inflate(bytes: Uint8Array, most: number): Promise<Buffer> {
    this.#chunks = [];
    this.#bytes = 0;
    this.#most = most;
    return new Promise((resolve, reject) => {
      this.#fail = reject;
      this.#inflate.write(bytes);
      this.#inflate.flush(constants.Z_SYNC_FLUSH, () => resolve(Buffer.concat(this.#chunks)));
    });
  }

  close(): void {
    this.#inflate.destroy();
  }
}
