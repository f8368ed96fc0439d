/** Reads the head of a stream and hands the rest on, as a stream that may be observed anew. */
import type { z } from 'zod';
import type { TrafficClass } from '../../schema/channel.ts';
import { ProtocolViolation } from '../../schema/refusal.ts';
import { decodeMessage, messageLength } from '../../schema/wire/message.ts';
import type { ByteStream, StreamDatagrams, StreamObserver } from './transport.ts';

/** Looks at all bytes so far: the value and how many bytes it took, or undefined while more are needed. May throw. */
export type ParseHead<T> = (bytes: Uint8Array) => { readonly value: T; readonly used: number } | undefined;

export interface Headed<T> {
  readonly value: T;
  readonly stream: ByteStream;
}

/** A head of one message (`schema/wire/message.ts`). */
export function messageHead<T extends z.ZodType>(schema: T): ParseHead<z.output<T>> {
  return (bytes) => {
    const length = messageLength(bytes);
    if (length === undefined || bytes.length < length) return undefined;
    return { value: decodeMessage(schema, bytes.subarray(0, length)), used: length };
  };
}

/**
 * Resolves once the head is whole. Rejects with what `parse` threw, or with a ProtocolViolation when the stream ends, is reset, or takes
 * longer than `timeoutMs` first; the stream is then the caller's to reset.
 */
export function takeHead<T>(stream: ByteStream, parse: ParseHead<T>, timeoutMs: number): Promise<Headed<T>> {
  return new Promise((resolve, reject) => {
    const rest = new RestOfStream(stream);
    let bytes: Uint8Array | undefined;
    const fail = (error: unknown) => {
      clearTimeout(timer);
      reject(error);
    };
    const timer = setTimeout(
      () => fail(new ProtocolViolation('the head of a stream did not come in time')),
      timeoutMs,
    );
    const look = () => {
      for (let chunk = stream.read(); chunk; chunk = stream.read()) {
        bytes = bytes ? join(bytes, chunk) : chunk;
        try {
          const head = parse(bytes);
          if (!head) continue;
          clearTimeout(timer);
          rest.begin(bytes.subarray(head.used));
          resolve({ value: head.value, stream: rest });
        } catch (error) {
          fail(error);
        }
        return;
      }
      if (stream.readableEnded) fail(new ProtocolViolation('a stream ended before its head'));
    };
    rest.whileHead({
      readable: look,
      writable: () => {},
      reset: () => fail(new ProtocolViolation('a stream was reset before its head')),
      stopped: () => {},
      closed: () => fail(new ProtocolViolation('a stream closed before its head')),
    });
  });
}

function join(a: Uint8Array, b: Uint8Array): Uint8Array {
  const out = new Uint8Array(a.length + b.length);
  out.set(a);
  out.set(b, a.length);
  return out;
}

/** A stream whose first bytes were taken. Events between the head and the new observer are kept. */
class RestOfStream implements ByteStream {
  readonly #stream: ByteStream;
  #observer: StreamObserver | undefined;
  #missed: (() => void)[] | undefined;
  #first: Uint8Array | undefined;

  constructor(stream: ByteStream) {
    this.#stream = stream;
  }

  whileHead(observer: StreamObserver): void {
    this.#observer = observer;
    const pass = (event: (to: StreamObserver) => void) => {
      if (this.#missed) this.#missed.push(() => this.#observer && event(this.#observer));
      else if (this.#observer) event(this.#observer);
    };
    this.#stream.observe({
      readable: () => pass((to) => to.readable()),
      writable: () => pass((to) => to.writable()),
      reset: (code) => pass((to) => to.reset(code)),
      stopped: (code) => pass((to) => to.stopped(code)),
      closed: () => pass((to) => to.closed()),
    });
  }

  begin(first: Uint8Array): void {
    this.#first = first.length > 0 ? first : undefined;
    this.#missed = [];
    this.#observer = undefined;
  }

  observe(observer: StreamObserver): void {
    this.#observer = observer;
    queueMicrotask(() => {
      const missed = this.#missed ?? [];
      this.#missed = undefined;
      // What came with the head in a chunk of its own was told of before there was anybody to hear it.
      observer.readable();
      for (const event of missed) event();
    });
  }

  get datagrams(): StreamDatagrams | undefined {
    return this.#stream.datagrams;
  }
  set datagrams(datagrams: StreamDatagrams | undefined) {
    this.#stream.datagrams = datagrams;
  }
  get id(): number {
    return this.#stream.id;
  }
  get bidirectional(): boolean {
    return this.#stream.bidirectional;
  }
  get readableEnded(): boolean {
    return this.#first === undefined && this.#stream.readableEnded;
  }
  get pending(): number {
    return this.#stream.pending;
  }
  read(): Uint8Array | undefined {
    const first = this.#first;
    if (!first) return this.#stream.read();
    this.#first = undefined;
    return first;
  }
  write(bytes: Uint8Array): boolean {
    return this.#stream.write(bytes);
  }
  end(): void {
    this.#stream.end();
  }
  reset(code: number): void {
    this.#stream.reset(code);
  }
  stop(code: number): void {
    this.#first = undefined;
    this.#stream.stop(code);
  }
  setClass(trafficClass: TrafficClass): void {
    this.#stream.setClass(trafficClass);
  }
}
