/**
 * UDP packets on a stream: DATAGRAM capsules (RFC 9297, section 3.5) with context 0 (RFC 9298, section 5).
 *
 *     type 0x00 | length, varint | context 0x00 | the packet
 */
import { readVarint, writeVarint } from '../webtransport/varint.ts';

const DATAGRAM = 0;
/** A QUIC packet on its way through here has at most 1452 bytes. */
const MAX_PACKET = 2_048;

export function encodePacket(packet: Uint8Array): Uint8Array {
  const head = [DATAGRAM, ...writeVarint(packet.length + 1), 0];
  const bytes = new Uint8Array(head.length + packet.length);
  bytes.set(head);
  bytes.set(packet, head.length);
  return bytes;
}

/** What is whole of the packets in a stream of capsules; other capsules and contexts are passed over, as the RFCs want. */
export class PacketReader {
  #rest: Uint8Array = new Uint8Array();

  /** @throws Error when a capsule is longer than any that belongs here */
  push(chunk: Uint8Array): Uint8Array[] {
    const bytes = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    const packets: Uint8Array[] = [];
    let at = 0;
    for (;;) {
      const type = readVarint(bytes, at);
      const length = type && readVarint(bytes, type.next);
      if (!type || !length) break;
      if (length.value > MAX_PACKET) throw new Error('a capsule is too long');
      const end = length.next + length.value;
      if (end > bytes.length) break;
      const context = readVarint(bytes.subarray(0, end), length.next);
      if (type.value === DATAGRAM && context?.value === 0) packets.push(bytes.subarray(context.next, end));
      at = end;
    }
    this.#rest = bytes.slice(at);
    return packets;
  }
}
