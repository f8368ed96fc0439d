/**
 * Directions of a channel, kept by those who carry it. An entry can not see what goes by, but how much: where the policy lets nothing through, it lets
 * through what opens a channel and acknowledges, and a trickle of questions where the other direction is asked for. The service node knows more, and
 * says nothing to who may not receive.
 */
import type { Channel, ChannelGrant } from '../../schema/channel.ts';
import { Refusal } from '../../schema/refusal.ts';
import { MAX_MESSAGE } from '../../schema/wire/message.ts';
import { RECORD_HEADER, RECORD_PREFIX, RECORD_TAG } from '../../schema/wire/record.ts';
import type { ByteStream, StreamObserver } from '../transport/transport.ts';

/** Who only receives must ask for it, and the adapter knows a question from content: there it enforces the direction. */
export const ASKS_FIRST: ReadonlySet<Channel> = new Set(['file_transfer', 'clipboard']);

/** What opens a channel: its parameters, and a little. */
const OPENING_BYTES = MAX_MESSAGE + 1024;
/** Questions, bytes a second. */
const ASKING_RATE = 16_384;

/** Counts the bytes that records can hold, however a stream is cut; an acknowledgement holds none. */
export class RecordMeter {
  #prefix = 0;
  #length = 0;
  #left = 0;

  /** @returns bytes of content in the records that begin in this chunk */
  count(chunk: Uint8Array): number {
    let content = 0;
    for (let at = 0; at < chunk.length; ) {
      if (this.#left > 0) {
        const skipped = Math.min(this.#left, chunk.length - at);
        this.#left -= skipped;
        at += skipped;
        continue;
      }
      this.#length = this.#length * 256 + (chunk[at] ?? 0);
      this.#prefix += 1;
      at += 1;
      if (this.#prefix < RECORD_PREFIX) continue;
      content += Math.max(0, this.#length - RECORD_HEADER - RECORD_TAG);
      this.#left = this.#length;
      this.#prefix = 0;
      this.#length = 0;
    }
    return content;
  }
}

/** What may go the way that is not allowed. */
class Trickle {
  readonly #meter = new RecordMeter();
  readonly #rate: number;
  readonly #now: () => number;
  #left = OPENING_BYTES;
  #at: number;

  constructor(channel: Channel, now: () => number) {
    this.#rate = ASKS_FIRST.has(channel) ? ASKING_RATE : 0;
    this.#now = now;
    this.#at = now();
  }

  /** @returns false when that was more than opens, acknowledges and asks */
  passes(chunk: Uint8Array): boolean {
    const now = this.#now();
    this.#left = Math.min(OPENING_BYTES, this.#left + ((now - this.#at) / 1000) * this.#rate);
    this.#at = now;
    this.#left -= this.#meter.count(chunk);
    return this.#left >= 0;
  }
}

/**
 * An entry's view of a client's stream: ended with `channel_not_allowed` as soon as more goes a way than the grant has.
 * @param now milliseconds
 */
export function meterDirections(
  stream: ByteStream,
  channel: Channel,
  grant: ChannelGrant,
  now: () => number,
): ByteStream {
  if (grant.send && grant.receive) return stream;
  const there = grant.send ? undefined : new Trickle(channel, now);
  const back = grant.receive ? undefined : new Trickle(channel, now);
  return new Passing(stream, {
    read: (chunk) => there?.passes(chunk) ?? true,
    write: (chunk) => back?.passes(chunk) ?? true,
  });
}

/** A service node's view of a channel whose client may not receive: what is written goes nowhere. */
export function mute(stream: ByteStream): ByteStream {
  return new Passing(stream, { read: () => true, write: () => false }, true);
}

interface Gates {
  read(chunk: Uint8Array): boolean;
  write(chunk: Uint8Array): boolean;
}

class Passing implements ByteStream {
  readonly #stream: ByteStream;
  readonly #gates: Gates;
  /** What does not pass is dropped; else it ends the stream. */
  readonly #drops: boolean;
  #observer: StreamObserver | undefined;
  #refused = false;

  constructor(stream: ByteStream, gates: Gates, drops = false) {
    this.#stream = stream;
    this.#gates = gates;
    this.#drops = drops;
  }

  /** Where a direction is closed nothing passes beside the stream either. */
  get datagrams(): undefined {
    return undefined;
  }
  get id(): number {
    return this.#stream.id;
  }
  get bidirectional(): boolean {
    return this.#stream.bidirectional;
  }
  get readableEnded(): boolean {
    return this.#stream.readableEnded;
  }
  get pending(): number {
    return this.#stream.pending;
  }
  observe(observer: StreamObserver): void {
    this.#observer = observer;
    this.#stream.observe(observer);
  }
  read(): Uint8Array | undefined {
    const chunk = this.#stream.read();
    if (!chunk || this.#gates.read(chunk)) return chunk;
    this.#refuse();
    return undefined;
  }
  write(bytes: Uint8Array): boolean {
    if (this.#gates.write(bytes)) return this.#stream.write(bytes);
    if (this.#drops) return true;
    this.#refuse();
    return false;
  }
  end(): void {
    this.#stream.end();
  }
  reset(code: number): void {
    this.#stream.reset(code);
  }
  stop(code: number): void {
    this.#stream.stop(code);
  }
  setClass(trafficClass: Parameters<ByteStream['setClass']>[0]): void {
    this.#stream.setClass(trafficClass);
  }

  /** Both neighbours are told: the client by its stream, the service node by what observes this one. */
  #refuse(): void {
    if (this.#refused) return;
    this.#refused = true;
    const { flowCode } = new Refusal('channel_not_allowed');
    this.#stream.stop(flowCode);
    this.#stream.reset(flowCode);
    const observer = this.#observer;
    queueMicrotask(() => {
      observer?.reset(flowCode);
      observer?.stopped(flowCode);
    });
  }
}
