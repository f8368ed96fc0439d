/** Packets of a state on a stream: each behind its length, a big-endian u16. */
export const FRAME_PREFIX = 2;

export function framed(packet: Uint8Array): Uint8Array {
  const out = new Uint8Array(FRAME_PREFIX + packet.length);
  new DataView(out.buffer).setUint16(0, packet.length);
  out.set(packet, FRAME_PREFIX);
  return out;
}

/** Puts packets together, however the stream was cut; keeps less than one. */
export class PacketFrames {
  #bytes: Uint8Array = new Uint8Array();

  push(chunk: Uint8Array): Uint8Array[] {
    const joined = new Uint8Array(this.#bytes.length + chunk.length);
    joined.set(this.#bytes);
    joined.set(chunk, this.#bytes.length);
    this.#bytes = joined;
    const packets: Uint8Array[] = [];
    for (let packet = this.#take(); packet; packet = this.#take()) packets.push(packet);
    return packets;
  }

  #take(): Uint8Array | undefined {
    const [high, low] = this.#bytes;
    if (high === undefined || low === undefined) return undefined;
    const end = FRAME_PREFIX + high * 256 + low;
    if (this.#bytes.length < end) return undefined;
    const packet = this.#bytes.subarray(FRAME_PREFIX, end);
    this.#bytes = this.#bytes.subarray(end);
    return packet;
  }
}
