/** Terminal frames on a stream (`schema/wire/terminal.ts`). Data is passed on in the pieces it comes in; nothing waits for a frame to be whole. */
import {
  MAX_TERMINAL_FRAME,
  readTerminalHeader,
  TERMINAL_HEADER,
  TERMINAL_KIND,
  type TerminalKind,
  terminalHeader,
} from '../../schema/wire/terminal.ts';
import type { ByteStream } from '../transport/transport.ts';

/** Kinds whose body is a run of bytes without inner form. */
const RUNS: ReadonlySet<TerminalKind> = new Set([TERMINAL_KIND.data, TERMINAL_KIND.stderr]);

export class TerminalReader {
  readonly #onFrame: (kind: TerminalKind, body: Uint8Array) => void;
  #kind: TerminalKind = TERMINAL_KIND.data;
  #left = 0;
  /** A header or a small frame that is not whole yet. */
  #partial: Uint8Array = new Uint8Array();

  constructor(onFrame: (kind: TerminalKind, body: Uint8Array) => void) {
    this.#onFrame = onFrame;
  }

  /** @throws ProtocolViolation */
  push(chunk: Uint8Array): void {
    let rest = chunk;
    while (rest.length > 0) {
      if (this.#left > 0 && RUNS.has(this.#kind)) {
        const piece = rest.subarray(0, this.#left);
        this.#left -= piece.length;
        rest = rest.subarray(piece.length);
        this.#onFrame(this.#kind, piece);
        continue;
      }
      const wanted = this.#left > 0 ? this.#left : TERMINAL_HEADER;
      const joined = this.#join(rest, wanted);
      rest = rest.subarray(joined.used);
      if (!joined.whole) return;
      if (this.#left > 0) {
        this.#left = 0;
        this.#onFrame(this.#kind, joined.whole);
        continue;
      }
      const { kind, length } = readTerminalHeader(joined.whole);
      this.#kind = kind;
      this.#left = length;
      if (length === 0) this.#onFrame(kind, new Uint8Array());
    }
  }

  #join(bytes: Uint8Array, wanted: number): { used: number; whole: Uint8Array | undefined } {
    if (this.#partial.length === 0 && bytes.length >= wanted)
      return { used: wanted, whole: bytes.subarray(0, wanted) };
    const used = Math.min(wanted - this.#partial.length, bytes.length);
    const joined = new Uint8Array(this.#partial.length + used);
    joined.set(this.#partial);
    joined.set(bytes.subarray(0, used), this.#partial.length);
    const isWhole = joined.length === wanted;
    this.#partial = isWhole ? new Uint8Array() : joined;
    return { used, whole: isWhole ? joined : undefined };
  }
}

/** Below this, header and body go as one chunk: a keystroke is one write all the way. */
const ONE_CHUNK = 2048;

/** Writes one frame, or several where the body is longer than one may be. False: hold back until `writable`. */
export function writeFrame(stream: ByteStream, kind: TerminalKind, body: Uint8Array): boolean {
  if (body.length < ONE_CHUNK) {
    const frame = new Uint8Array(TERMINAL_HEADER + body.length);
    frame.set(terminalHeader(kind, body.length));
    frame.set(body, TERMINAL_HEADER);
    return stream.write(frame);
  }
  let room = true;
  for (let at = 0; at < body.length; at += MAX_TERMINAL_FRAME) {
    const piece = body.length <= MAX_TERMINAL_FRAME ? body : body.subarray(at, at + MAX_TERMINAL_FRAME);
    stream.write(terminalHeader(kind, piece.length));
    room = stream.write(piece);
  }
  return room;
}
