/**
 * One message on a stream: a big-endian u16 length, then so many bytes of MessagePack holding a map. The decoder consumes
 * exactly its bytes; what follows on the stream is not touched.
 */
import { Packr, Unpackr } from 'msgpackr';
import type { z } from 'zod';
import { ProtocolViolation } from '../refusal.ts';

/** Length prefix, bytes. */
export const MESSAGE_HEADER = 2;
/** Longest body, bytes: what the prefix can say. */
export const MAX_MESSAGE = 0xffff;

const packr = new Packr({ useRecords: false, variableMapSize: true });
const unpackr = new Unpackr({ useRecords: false, mapsAsObjects: true, int64AsType: 'number' });

/** @throws RangeError if the body would be longer than MAX_MESSAGE bytes */
export function encodeMessage(message: object): Uint8Array {
  const body = packr.pack(message);
  if (body.length > MAX_MESSAGE) throw new RangeError(`message of ${body.length} bytes`);
  const out = new Uint8Array(MESSAGE_HEADER + body.length);
  out[0] = body.length >> 8;
  out[1] = body.length & 0xff;
  out.set(body, MESSAGE_HEADER);
  return out;
}

/** Total bytes of the message that starts `bytes`, or undefined while the prefix is not there. */
export function messageLength(bytes: Uint8Array): number | undefined {
  const [high, low] = bytes;
  return high === undefined || low === undefined ? undefined : MESSAGE_HEADER + high * 256 + low;
}

/** Reads the body of one whole message (prefix included). @throws ProtocolViolation */
export function decodeMessage<T extends z.ZodType>(schema: T, bytes: Uint8Array): z.output<T> {
  let value: unknown;
  try {
    value = unpackr.unpack(bytes.subarray(MESSAGE_HEADER));
  } catch (cause) {
    throw new ProtocolViolation('a message is not MessagePack', { cause });
  }
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw new ProtocolViolation(`message refused: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`);
}
