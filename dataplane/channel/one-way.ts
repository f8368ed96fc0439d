/**
 * Directions of a channel, kept by those who carry it. An entry can not see what goes by, but how much: where the policy lets nothing through, it lets
 * through what opens a channel and acknowledges, and a trickle of questions where the other direction is asked for. The service node knows more, and
 * says nothing to who may not receive.
 */
import { type Channel, type ChannelGrant, LATEST_CHANNELS } from '../../schema/channel.ts';
import { DATAGRAM_OVERHEAD } from '../../schema/wire/datagram.ts';
import { MAX_ACKNOWLEDGEMENT } from '../../schema/wire/latest.ts';
import { MAX_MESSAGE } from '../../schema/wire/message.ts';
import { RECORD_HEADER, RECORD_PREFIX, RECORD_TAG } from '../../schema/wire/record.ts';
import type { ByteStream } from '../transport/transport.ts';
import { GatedDatagrams, GatedStream } from './gates.ts';
import { FRAME_PREFIX } from './latest/frames.ts';

/** Who only receives must ask for it, and the adapter knows a question from content: there it enforces the direction. */
export const ASKS_FIRST: ReadonlySet<Channel> = new Set(['file_transfer', 'clipboard']);

/** What opens a channel: its parameters, and a little. */
const OPENING_BYTES = MAX_MESSAGE + 1024;
/** Questions, bytes a second. */
const ASKING_RATE = 16_384;

/** An acknowledgement on the stream, and the least of contents on it that has one of its own, bytes. */
const ACKNOWLEDGEMENT = FRAME_PREFIX + MAX_ACKNOWLEDGEMENT;
const ACKNOWLEDGED = 1024;
/** Acknowledging datagrams that may be ahead of what they answer, and that may still come after a pause. */
const UNASKED = 8;
const MOST_UNANSWERED = 4096;

/** Counts the bytes that records can hold, however a stream is cut; an acknowledgement holds none. */
export class RecordMeter {
  #prefix = 0;
  #length = 0;
  #left = 0;

  /** Records that began. */
  records = 0;

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
      this.records += 1;
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

  /** The other direction brought something that is to be acknowledged. */
  owes(bytes: number): void {
    this.#left = Math.min(OPENING_BYTES, this.#left + bytes);
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
  if (LATEST_CHANNELS.has(channel)) return meterState(stream, channel, grant, now);
  const there = grant.send ? undefined : new Trickle(channel, now);
  const back = grant.receive ? undefined : new Trickle(channel, now);
  return new GatedStream(stream, {
    read: (chunk) => there?.passes(chunk) ?? true,
    write: (chunk) => back?.passes(chunk) ?? true,
  });
}

/** A state's contents go one way, and for each record and datagram of them at most one acknowledgement the other. */
function meterState(
  stream: ByteStream,
  channel: Channel,
  grant: ChannelGrant,
  now: () => number,
): ByteStream {
  const limited = new Trickle(channel, now);
  const allowed = new RecordMeter();
  const closed = (chunk: Uint8Array) => limited.passes(chunk);
  const open = (chunk: Uint8Array) => {
    const before = allowed.records;
    allowed.count(chunk);
    // A record holds several packets where it is long.
    limited.owes((allowed.records - before + Math.floor(chunk.length / ACKNOWLEDGED)) * ACKNOWLEDGEMENT);
    return true;
  };
  let unanswered = UNASKED;
  const answer = ({ length }: Uint8Array) => {
    if (length > DATAGRAM_OVERHEAD + MAX_ACKNOWLEDGEMENT || unanswered === 0) return false;
    unanswered -= 1;
    return true;
  };
  const content = () => {
    unanswered = Math.min(unanswered + 1, MOST_UNANSWERED);
    return true;
  };
  const beside = grant.receive ? { read: answer, write: content } : { read: content, write: answer };
  const datagrams = stream.datagrams && new GatedDatagrams(stream.datagrams, beside);
  return new GatedStream(
    stream,
    grant.receive ? { read: closed, write: open } : { read: open, write: closed },
    {
      datagrams,
    },
  );
}

/** A service node's view of a channel whose client may not receive: what is written goes nowhere. */
export function mute(stream: ByteStream): ByteStream {
  return new GatedStream(stream, { read: () => true, write: () => false }, { drops: true });
}
