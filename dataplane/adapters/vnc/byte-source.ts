/** A server's bytes, asked for by number: who does not ask holds the server back. */
import type { Socket } from 'node:net';
import { ProtocolViolation } from '../../../schema/refusal.ts';

/** Most bytes in one piece: a raw picture of the largest desktop. */
const MAX_TAKE = 160_000_000;

export class ByteSource {
  readonly #socket: Socket;
  #wake: () => void = () => {};

  constructor(socket: Socket) {
    this.#socket = socket;
    const wake = () => this.#wake();
    for (const event of ['readable', 'end', 'close', 'error'] as const) socket.on(event, wake);
  }

  /** Exactly so many bytes. @throws ProtocolViolation when the server ends before, or asks for more than there can be */
  async take(length: number): Promise<Buffer> {
    if (length === 0) return Buffer.alloc(0);
    if (length > MAX_TAKE) throw new ProtocolViolation(`the server announces ${length} bytes`);
    for (;;) {
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#wake = resolve;
      const bytes: Buffer | null = this.#socket.read(length);
      if (bytes?.length === length) return bytes;
      if (bytes || this.#socket.destroyed || this.#socket.readableEnded)
        throw new ProtocolViolation('the server ended in the middle');
      await promise;
    }
  }

  /** Lets go of bytes that nobody wants, however many. */
  async skip(length: number): Promise<void> {
    for (let left = length; left > 0; left -= Math.min(left, 65_536)) await this.take(Math.min(left, 65_536));
  }
}
