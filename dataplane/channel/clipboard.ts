/** A clipboard at either end of its channel: text only, no longer than the limit, and only the ways that are allowed. */
import { ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import { CLIPBOARD_PIECE, ClipboardPiece, MAX_CLIPBOARD } from '../../schema/wire/clipboard.ts';
import type { ByteStream } from '../transport/transport.ts';
import { MessageStream } from './message-stream.ts';

export interface ClipboardOptions {
  /** This end may put text into the other's clipboard. */
  readonly maySend: boolean;
  /** The other end may put text into this one's. What it sends against that ends the channel. */
  readonly mayReceive: boolean;
  /** Bytes of UTF-8. */
  readonly limit?: number;
}

export class ClipboardChannel {
  /** The channel is over. */
  readonly closed: Promise<void>;
  readonly #messages: MessageStream<typeof ClipboardPiece>;
  readonly #options: ClipboardOptions;
  readonly #limit: number;
  #sending: Promise<void> = Promise.resolve();
  /** What was copied last, while something before is on its way: only the newest follows. */
  #next: Uint8Array | undefined;

  /** @param copied the other end's clipboard has this now */
  constructor(stream: ByteStream, options: ClipboardOptions, copied: (text: string) => void) {
    this.#messages = new MessageStream(stream, ClipboardPiece);
    this.#options = options;
    this.#limit = options.limit ?? MAX_CLIPBOARD;
    this.closed = this.#receive(copied).catch(() => this.#messages.close());
  }

  /** Puts text into the other end's clipboard; resolves when it, or a newer one, is on its way. @throws Refusal `channel_not_allowed`, `quota_exceeded` when it is too long */
  async copy(text: string): Promise<void> {
    if (!this.#options.maySend) throw new Refusal('channel_not_allowed');
    const bytes = new TextEncoder().encode(text);
    if (bytes.length > this.#limit)
      throw new Refusal('quota_exceeded', `a clipboard takes ${this.#limit} bytes of text at most`);
    const isWaiting = this.#next !== undefined;
    this.#next = bytes;
    if (!isWaiting) {
      const before = this.#sending;
      this.#sending = before.catch(() => {}).then(() => this.#send());
    }
    return this.#sending;
  }

  close(): void {
    this.#messages.close();
  }

  async #send(): Promise<void> {
    const bytes = this.#next ?? new Uint8Array();
    this.#next = undefined;
    for (let at = 0; at === 0 || at < bytes.length; at += CLIPBOARD_PIECE) {
      const last = at + CLIPBOARD_PIECE >= bytes.length;
      await this.#messages.send({ type: 'piece', bytes: bytes.subarray(at, at + CLIPBOARD_PIECE), last });
    }
  }

  async #receive(copied: (text: string) => void): Promise<void> {
    let pieces: Uint8Array[] = [];
    let length = 0;
    for (;;) {
      const piece = await this.#messages.next();
      if (!piece) return;
      if (!this.#options.mayReceive) throw new Refusal('channel_not_allowed');
      pieces.push(piece.bytes);
      length += piece.bytes.length;
      if (length > this.#limit || (piece.bytes.length === 0 && !piece.last))
        throw new ProtocolViolation('a clipboard that is too long');
      if (!piece.last) continue;
      copied(textOf(pieces));
      pieces = [];
      length = 0;
    }
  }
}

/** @throws ProtocolViolation */
function textOf(pieces: readonly Uint8Array[]): string {
  const decoder = new TextDecoder('utf-8', { fatal: true });
  try {
    return pieces.map((piece) => decoder.decode(piece, { stream: true })).join('') + decoder.decode();
  } catch (cause) {
    throw new ProtocolViolation('a clipboard that is no text', { cause });
  }
}
