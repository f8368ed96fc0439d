/** A stream of messages that are asked for one by one: who does not ask holds the sender back, and who sends waits for room. */
import type { z } from 'zod';
import { FLOW_CANCELLED, ProtocolViolation, refusalOfFlowCode } from '../../schema/refusal.ts';
import { decodeMessage, encodeMessage, messageLength } from '../../schema/wire/message.ts';
import type { ByteStream } from '../transport/transport.ts';

const NO_BYTES = new Uint8Array();

export class MessageStream<S extends z.ZodType> {
  readonly #stream: ByteStream;
  readonly #schema: S;
  #bytes: Uint8Array = NO_BYTES;
  #changed = Promise.withResolvers<void>();
  #drained: Promise<void> | undefined;
  #drain: () => void = () => {};
  #over: Error | undefined;

  constructor(stream: ByteStream, schema: S) {
    this.#stream = stream;
    this.#schema = schema;
    const ends = (code: number) => this.#end(refusalOfFlowCode(code));
    stream.observe({
      readable: () => this.#wake(),
      writable: () => {
        this.#drained = undefined;
        this.#drain();
      },
      reset: ends,
      stopped: ends,
      closed: () => this.#wake(),
    });
  }

  /** @returns undefined when the other end is through. @throws Refusal, or ProtocolViolation after which the stream is over */
  async next(): Promise<z.output<S> | undefined> {
    for (;;) {
      const message = this.#take();
      if (message !== undefined) return message;
      if (this.#over) throw this.#over;
      const { promise } = this.#changed;
      if (this.#fill()) continue;
      if (this.#stream.readableEnded) return undefined;
      await promise;
    }
  }

  /** Something came that nobody asked for yet. */
  get hasNews(): boolean {
    return this.#bytes.length > 0 || this.#fill() || this.#over !== undefined;
  }

  /** Resolves when there is room for more. @throws Refusal when the other end wants no more */
  async send(message: object): Promise<void> {
    while (this.#drained && !this.#over) await this.#drained;
    if (this.#over) throw this.#over;
    if (this.#stream.write(encodeMessage(message))) return;
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#drained = promise;
    this.#drain = resolve;
  }

  end(): void {
    this.#stream.end();
  }

  /** Over at once, both ways. */
  close(code = FLOW_CANCELLED): void {
    this.#stream.stop(code);
    this.#stream.reset(code);
    this.#end(refusalOfFlowCode(code));
  }

  #take(): z.output<S> | undefined {
    const length = messageLength(this.#bytes);
    if (length === undefined || this.#bytes.length < length) return undefined;
    try {
      const message = decodeMessage(this.#schema, this.#bytes.subarray(0, length));
      this.#bytes = this.#bytes.subarray(length);
      return message;
    } catch (error) {
      if (error instanceof ProtocolViolation) this.close();
      throw error;
    }
  }

  #fill(): boolean {
    const chunk = this.#stream.read();
    if (!chunk) return false;
    if (this.#bytes.length === 0) this.#bytes = chunk;
    else {
      const joined = new Uint8Array(this.#bytes.length + chunk.length);
      joined.set(this.#bytes);
      joined.set(chunk, this.#bytes.length);
      this.#bytes = joined;
    }
    return true;
  }

  #wake(): void {
    this.#changed.resolve();
    this.#changed = Promise.withResolvers<void>();
  }

  #end(why: Error): void {
    this.#over ??= why;
    this.#drain();
    this.#wake();
  }
}
