/**
 * Opens and seals QUIC version 1 Initial packets, whose keys everybody can derive (RFC 9001 section 5.2): what a fuzzer changes inside
 * reaches the parsers of frames and of TLS, where a changed byte outside only fails the packet's authentication.
 */
import { createCipheriv, createDecipheriv, createHmac } from 'node:crypto';

const SALT = Buffer.from('38762cf7f55934b34d179ae6a4c80cadccbb7f0a', 'hex');
const TAG = 16;
const VERSION_1 = 1;

export interface InitialPacket {
  readonly destination: Buffer;
  readonly source: Buffer;
  readonly token: Buffer;
  readonly number: number;
  /** Frames, in the clear. */
  readonly frames: Buffer;
}

/** Who sealed the packet. */
export type Sender = 'client' | 'server';

interface Keys {
  readonly key: Buffer;
  readonly iv: Buffer;
  readonly headerProtection: Buffer;
}

const hmac = (key: Buffer, data: Buffer) => createHmac('sha256', key).update(data).digest();

/** HKDF-Expand-Label of TLS 1.3 for at most 32 bytes. */
function expandLabel(secret: Buffer, label: string, length: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`);
  const info = Buffer.concat([Buffer.of(0, length, name.length), name, Buffer.of(0, 1)]);
  return hmac(secret, info).subarray(0, length);
}

/** @param first the destination connection id of the client's first Initial */
function keysOf(first: Buffer, sender: Sender): Keys {
  const secret = expandLabel(hmac(SALT, first), `${sender} in`, 32);
  return {
    key: expandLabel(secret, 'quic key', 16),
    iv: expandLabel(secret, 'quic iv', 12),
    headerProtection: expandLabel(secret, 'quic hp', 16),
  };
}

function nonceOf({ iv }: Keys, number: number): Buffer {
  const nonce = Buffer.from(iv);
  nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ number) >>> 0, 8);
  return nonce;
}

function maskOf({ headerProtection }: Keys, sample: Buffer): Buffer {
  return createCipheriv('aes-128-ecb', headerProtection, null).setAutoPadding(false).update(sample);
}

/** [value, where it ends]; RFC 9000 section 16, values to 2^30 */
function readVarint(bytes: Buffer, at: number): [number, number] {
  const first = bytes.readUInt8(at);
  if (first < 0x40) return [first, at + 1];
  if (first < 0x80) return [bytes.readUInt16BE(at) & 0x3fff, at + 2];
  if (first < 0xc0) return [bytes.readUInt32BE(at) & 0x3fffffff, at + 4];
  throw new RangeError('a number too large for an Initial packet');
}

function varint(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32BE((0x80000000 | value) >>> 0);
  return bytes;
}

/** undefined when the bytes do not begin with an Initial packet of version 1 that these keys open. */
export function openInitial(bytes: Buffer, sender: Sender, first?: Buffer): InitialPacket | undefined {
  if (bytes.length < 100 || ((bytes[0] ?? 0) & 0xf0) !== 0xc0 || bytes.readUInt32BE(1) !== VERSION_1)
    return undefined;
  try {
    let at = 6 + bytes.readUInt8(5);
    const destination = bytes.subarray(6, at);
    const sourceEnd = at + 1 + bytes.readUInt8(at);
    const source = bytes.subarray(at + 1, sourceEnd);
    const [tokenLength, tokenAt] = readVarint(bytes, sourceEnd);
    const token = bytes.subarray(tokenAt, tokenAt + tokenLength);
    const [length, numberAt] = readVarint(bytes, tokenAt + tokenLength);
    const keys = keysOf(first ?? destination, sender);
    const mask = maskOf(keys, bytes.subarray(numberAt + 4, numberAt + 20));
    const plain = Buffer.from(bytes.subarray(0, numberAt + length));
    plain[0] = (plain[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f);
    const numberLength = ((plain[0] ?? 0) & 3) + 1;
    for (let n = 0; n < numberLength; n += 1)
      plain[numberAt + n] = (plain[numberAt + n] ?? 0) ^ (mask[n + 1] ?? 0);
    at = numberAt + numberLength;
    const number = plain.readUIntBE(numberAt, numberLength);
    const opening = createDecipheriv('aes-128-gcm', keys.key, nonceOf(keys, number));
    opening.setAAD(plain.subarray(0, at)).setAuthTag(plain.subarray(-TAG));
    const frames = Buffer.concat([opening.update(plain.subarray(at, -TAG)), opening.final()]);
    return { destination, source, token, number, frames };
  } catch {
    return undefined;
  }
}

export function sealInitial(packet: InitialPacket, sender: Sender, first?: Buffer): Buffer {
  const keys = keysOf(first ?? packet.destination, sender);
  // Header protection samples 16 bytes behind the packet number.
  const frames = packet.frames.length < 4 ? Buffer.concat([packet.frames, Buffer.alloc(4)]) : packet.frames;
  const number = Buffer.alloc(4);
  number.writeUInt32BE(packet.number);
  const header = Buffer.concat([
    Buffer.of(0xc3, 0, 0, 0, VERSION_1, packet.destination.length),
    packet.destination,
    Buffer.of(packet.source.length),
    packet.source,
    varint(packet.token.length),
    packet.token,
    varint(number.length + frames.length + TAG),
    number,
  ]);
  const sealing = createCipheriv('aes-128-gcm', keys.key, nonceOf(keys, packet.number)).setAAD(header);
  const sealed = Buffer.concat([header, sealing.update(frames), sealing.final(), sealing.getAuthTag()]);
  const mask = maskOf(keys, sealed.subarray(header.length, header.length + 16));
  sealed[0] = (sealed[0] ?? 0) ^ ((mask[0] ?? 0) & 0x0f);
  for (let n = 0; n < 4; n += 1) {
    const at = header.length - 4 + n;
    sealed[at] = (sealed[at] ?? 0) ^ (mask[n + 1] ?? 0);
  }
  return sealed;
}
