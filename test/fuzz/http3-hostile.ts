/**
 * A peer that has finished the QUIC handshake and is hostile from there on: streams of any type, HTTP/3 and capsules genuine or changed,
 * datagrams, resets and stops at any moment. Repeatable in what it sends, not in when it arrives.
 */
import type { QuicConnection, QuicEndpoint } from '../../dataplane/quic/quic.ts';
import type { ByteStream, CloseInfo } from '../../dataplane/transport/transport.ts';
import { encodeClose, encodeDrain } from '../../dataplane/webtransport/capsule.ts';
import { encodeFrame, FRAME } from '../../dataplane/webtransport/frames.ts';
import { encodeFields } from '../../dataplane/webtransport/qpack.ts';
import { encodeSettings } from '../../dataplane/webtransport/settings.ts';
import { datagramHead, STREAM, webTransportHead } from '../../dataplane/webtransport/stream-head.ts';
import { writeVarint } from '../../dataplane/webtransport/varint.ts';
import type { Random } from '../random.ts';
import { mutateBytes } from './mutations.ts';

const CONNECT = encodeFrame(
  FRAME.headers,
  encodeFields([
    [':method', 'CONNECT'],
    [':protocol', 'webtransport'],
    [':scheme', 'https'],
    [':authority', '127.0.0.1'],
    [':path', '/t'],
    ['origin', 'https://127.0.0.1'],
    ['sec-webtransport-http3-draft02', '1'],
  ]),
);
const CAPSULES = Buffer.concat([encodeDrain(), encodeClose({ code: 7, reason: 'enough' })]);
/** What a request stream may hold. */
const GENUINE = [
  CONNECT,
  encodeFrame(FRAME.data, CAPSULES),
  encodeFrame(FRAME.data, encodeDrain()),
  encodeFrame(FRAME.settings, encodeSettings()),
  encodeFrame(FRAME.goaway, Uint8Array.of(0)),
  encodeFrame(0x21, new Uint8Array(70)),
  webTransportHead(true, 0),
].map((bytes) => Buffer.from(bytes));
const UNI_TYPES = [...Object.values(STREAM), 0x21, 0x3fff, 2 ** 40];
const ACTS = 60;

const nothing = () => {};

class Life {
  readonly #quic: QuicConnection;
  readonly #random: Random;
  readonly #streams: ByteStream[] = [];

  constructor(quic: QuicConnection, random: Random) {
    this.#quic = quic;
    this.#random = random;
    quic.observe({ stream: (stream) => this.#keep(stream), datagrams: nothing, closed: nothing });
  }

  /** What a client begins with; without it nothing much is looked at. */
  async begin(): Promise<void> {
    const settings = encodeFrame(FRAME.settings, encodeSettings());
    await this.#uni(
      STREAM.control,
      this.#random.chance(0.8) ? settings : this.#changed(Buffer.from(settings)),
    );
    if (this.#random.chance(0.8)) await this.#bidi(Buffer.from(CONNECT));
  }

  async act(): Promise<void> {
    const random = this.#random;
    const stream = this.#streams.length > 0 ? random.pick(this.#streams) : undefined;
    switch (random.integer(9)) {
      case 0:
        return this.#uni(random.pick(UNI_TYPES), this.#some());
      case 1:
        return this.#bidi(this.#some());
      case 2:
        return this.#bidi(Buffer.concat([webTransportHead(true, this.#session()), this.#some()]));
      case 3:
        return this.#uni(STREAM.webTransportUni, Buffer.from(writeVarint(this.#session())));
      case 4:
        stream?.write(this.#some());
        return;
      case 5:
        stream?.end();
        return;
      case 6:
        stream?.reset(random.integer(2 ** 31));
        return;
      case 7:
        stream?.stop(random.integer(2 ** 31));
        return;
      default:
        this.#quic.sendDatagram(
          Buffer.concat([datagramHead(this.#session()), random.bytes(random.integer(400))]),
          0,
        );
    }
  }

  /** Mostly one that may be there. */
  #session(): number {
    return this.#random.chance(0.8) ? 4 * this.#random.integer(6) : this.#random.integer(2 ** 30);
  }

  #some(): Buffer {
    const genuine = this.#random.pick(GENUINE);
    return this.#random.chance(0.5) ? genuine : this.#changed(genuine);
  }

  #changed(bytes: Buffer): Buffer {
    return mutateBytes(bytes, this.#random, GENUINE);
  }

  async #uni(type: number, bytes: Uint8Array): Promise<void> {
    const stream = await this.#quic.openUnidirectional(3);
    stream.write(Buffer.concat([Uint8Array.from(writeVarint(type)), bytes]));
    this.#keep(stream);
  }

  async #bidi(bytes: Uint8Array): Promise<void> {
    const stream = await this.#quic.openStream(3);
    stream.write(bytes);
    this.#keep(stream);
  }

  /** Some are read, some never. */
  #keep(stream: ByteStream): void {
    this.#streams.push(stream);
    const reads = this.#random.chance(0.5);
    const readable = () => {
      while (reads && stream.read());
    };
    stream.observe({ readable, writable: nothing, reset: nothing, stopped: nothing, closed: nothing });
  }
}

/** One connection from its handshake to its end, which is the server's or, if it bears all of it, ours. */
export async function hostileLife(endpoint: QuicEndpoint, port: number, random: Random): Promise<CloseInfo> {
  const quic = await endpoint.dial({ host: '127.0.0.1', port, alpn: 'h3', verify: () => true });
  const life = new Life(quic, random);
  let over = false;
  void quic.closed.then(() => (over = true));
  try {
    await life.begin();
    for (let n = 0; n < ACTS && !over; n += 1) {
      await life.act();
      // Now in one packet, now in many.
      if (random.chance(0.3)) await new Promise((resolve) => setImmediate(resolve));
    }
  } catch (error) {
    // The server had enough while a stream was being opened.
    if (!over) throw error;
  }
  if (!over && random.chance(0.7)) await quic.close(random.integer(1000), '');
  // Else it is left to the server to notice that nobody is there.
  return quic.closed;
}
