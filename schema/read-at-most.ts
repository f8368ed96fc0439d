/** Reads what somebody else sends, as far as there is room for it. */

export interface Read {
  /** The first octets, `most` at most. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** Whether that was all. */
  readonly whole: boolean;
}

/** The stream is let go as soon as there is more than `most`. */
export async function readAtMost(from: AsyncIterable<Uint8Array>, most: number): Promise<Read> {
  const parts: Uint8Array[] = [];
  let size = 0;
  for await (const part of from) {
    parts.push(part);
    size += part.length;
    if (size > most) break;
  }
  const bytes = new Uint8Array(Math.min(size, most));
  let at = 0;
  for (const part of parts) {
    const rest = part.subarray(0, most - at);
    bytes.set(rest, at);
    at += rest.length;
  }
  return { bytes, whole: size <= most };
}
