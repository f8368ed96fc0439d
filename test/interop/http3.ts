/** As much HTTP/3 (RFC 9114) as a file transfer needs, over our QUIC and our frame and QPACK encoders; both sides. */

import type { QuicConnection } from '../../dataplane/quic/quic.ts';
import { Watched } from '../../dataplane/transport/conformance.ts';
import type { ByteStream } from '../../dataplane/transport/transport.ts';
import { encodeFrame, FRAME } from '../../dataplane/webtransport/frames.ts';
import { decodeFields, encodeFields } from '../../dataplane/webtransport/qpack.ts';
import { encodeSettings } from '../../dataplane/webtransport/settings.ts';
import { STREAM } from '../../dataplane/webtransport/stream-head.ts';
import { readVarint } from '../../dataplane/webtransport/varint.ts';

/** Bytes of one DATA frame that we send. */
const PIECE = 16_384;

export interface Http3Answer {
  readonly status: string;
  readonly body: Buffer;
}

export type Respond = (path: string, body: Buffer) => Uint8Array | undefined;

/** Answers each request with what `respond` makes of it; undefined is a 404. */
export async function serveHttp3(connection: QuicConnection, respond: Respond): Promise<void> {
  connection.observe({
    stream: (stream) => {
      // A connection that ends first is its client's to notice.
      if (stream.bidirectional) answer(new Watched(stream), respond).catch(() => {});
      else swallow(stream);
    },
    datagrams: () => {},
    closed: () => {},
  });
  await openControl(connection);
}

/** Our control stream with SETTINGS; whatever the peer opens is read and thrown away. */
export async function beClient(connection: QuicConnection): Promise<void> {
  connection.observe({ stream: swallow, datagrams: () => {}, closed: () => {} });
  await openControl(connection);
}

/** One request; its answer whole. */
export async function get(connection: QuicConnection, path: string): Promise<Http3Answer> {
  const stream = new Watched(await connection.openStream(0));
  const fields = encodeFields([
    [':method', 'GET'],
    [':scheme', 'https'],
    [':authority', 'localhost'],
    [':path', path],
  ]);
  await stream.writeAll(encodeFrame(FRAME.headers, fields));
  const wire = await stream.readAll();
  if (stream.resetCode !== undefined) throw new Error(`the answer was reset with ${stream.resetCode}`);
  const { fields: answered, body } = readMessage(wire);
  return { status: answered.get(':status') ?? '', body };
}

async function openControl(connection: QuicConnection): Promise<void> {
  const control = await connection.openUnidirectional(0);
  swallow(control);
  control.write(Uint8Array.from([STREAM.control, ...encodeFrame(FRAME.settings, encodeSettings())]));
}

function swallow(stream: ByteStream): void {
  const nothing = () => {};
  const readable = () => void stream.read();
  stream.observe({ readable, writable: nothing, reset: nothing, stopped: nothing, closed: nothing });
}

async function answer(stream: Watched, respond: Respond): Promise<void> {
  const wire = await stream.readAll();
  if (stream.resetCode !== undefined) return;
  const { fields, body } = readMessage(wire);
  const content = respond(fields.get(':path') ?? '', body);
  const head = encodeFrame(FRAME.headers, encodeFields([[':status', content ? '200' : '404']]));
  await stream.writeAll(Buffer.concat([head, ...inDataFrames(content ?? new Uint8Array())]));
}

function inDataFrames(body: Uint8Array): Uint8Array[] {
  const frames: Uint8Array[] = [];
  for (let at = 0; at < body.length; at += PIECE)
    frames.push(encodeFrame(FRAME.data, body.subarray(at, at + PIECE)));
  return frames;
}

/** Not `FrameReader`: others send a file as one DATA frame of any length, which ours refuses to keep. */
function readMessage(wire: Buffer): { fields: ReadonlyMap<string, string>; body: Buffer } {
  const body: Buffer[] = [];
  let fields: ReadonlyMap<string, string> | undefined;
  for (let at = 0; at < wire.length; ) {
    const type = readVarint(wire, at);
    const length = type && readVarint(wire, type.next);
    if (!type || !length || length.next + length.value > wire.length)
      throw new Error('the message ends early');
    const payload = wire.subarray(length.next, length.next + length.value);
    if (type.value === FRAME.headers) fields ??= new Map(decodeFields(payload));
    if (type.value === FRAME.data) body.push(payload);
    at = length.next + length.value;
  }
  return { fields: fields ?? new Map(), body: Buffer.concat(body) };
}
