/** A terminal channel as a client uses it. Output comes only while the client takes it: `pause` and the sender stops, all the way back to the remote shell. */
import { FLOW_CANCELLED, ProtocolViolation, type Refusal, refusalOfFlowCode } from '../../schema/refusal.ts';
import {
  decodeExit,
  decodeResize,
  encodeResize,
  type PtySize,
  TERMINAL_KIND,
  type TerminalExit,
  type TerminalKind,
} from '../../schema/wire/terminal.ts';
import { TerminalReader, writeFrame } from '../channel/terminal-frames.ts';
import type { ByteStream } from '../transport/transport.ts';

export interface TerminalObserver {
  data(bytes: Uint8Array): void;
  stderr(bytes: Uint8Array): void;
  /** Reset the terminal and write this; what follows is live. */
  screen(bytes: Uint8Array): void;
  /** The size of the one in control, for whoever looks on. */
  size?(size: PtySize): void;
  /** The shell or command ended. Comes after all its output. */
  exit(exit: TerminalExit): void;
  /** A `write` that returned false has drained. */
  writable(): void;
  /** The channel is over without an exit: taken over, refused, or the connection was lost. */
  lost(why: Refusal): void;
}

export class TerminalChannel {
  readonly #stream: ByteStream;
  readonly #observer: TerminalObserver;
  readonly #frames: TerminalReader;
  #paused = false;
  #over = false;

  constructor(stream: ByteStream, observer: TerminalObserver) {
    this.#stream = stream;
    this.#observer = observer;
    this.#frames = new TerminalReader((kind, body) => this.#frame(kind, body));
    const lost = (code: number) => this.#finish(() => observer.lost(refusalOfFlowCode(code)));
    stream.observe({
      readable: () => this.#take(),
      writable: () => observer.writable(),
      reset: lost,
      stopped: () => {},
      closed: () => lost(0),
    });
  }

  /** False: hold back until `writable`. */
  write(bytes: Uint8Array): boolean {
    return writeFrame(this.#stream, TERMINAL_KIND.data, bytes);
  }

  /** No more input. */
  eof(): void {
    writeFrame(this.#stream, TERMINAL_KIND.eof, new Uint8Array());
  }

  resize(size: PtySize): void {
    writeFrame(this.#stream, TERMINAL_KIND.resize, encodeResize(size));
  }

  signal(name: string): void {
    writeFrame(this.#stream, TERMINAL_KIND.signal, new TextEncoder().encode(name));
  }

  /** Takes no more output; at most what one read holds still comes. */
  pause(): void {
    this.#paused = true;
  }

  resume(): void {
    if (!this.#paused) return;
    this.#paused = false;
    this.#take();
  }

  close(): void {
    this.#over = true;
    this.#stream.stop(FLOW_CANCELLED);
    this.#stream.reset(FLOW_CANCELLED);
  }

  #take(): void {
    try {
      while (!this.#paused) {
        const chunk = this.#stream.read();
        if (!chunk) break;
        this.#frames.push(chunk);
      }
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.close();
      this.#observer.lost(refusalOfFlowCode(0));
    }
    if (this.#stream.readableEnded) this.#finish(() => this.#observer.lost(refusalOfFlowCode(0)));
  }

  #frame(kind: TerminalKind, body: Uint8Array): void {
    switch (kind) {
      case TERMINAL_KIND.data:
        return this.#observer.data(body);
      case TERMINAL_KIND.stderr:
        return this.#observer.stderr(body);
      case TERMINAL_KIND.screen:
        return this.#observer.screen(body);
      case TERMINAL_KIND.resize:
        return this.#observer.size?.(decodeResize(body));
      case TERMINAL_KIND.exit: {
        const exit = decodeExit(body);
        return this.#finish(() => this.#observer.exit(exit));
      }
    }
  }

  #finish(tell: () => void): void {
    if (this.#over) return;
    this.#over = true;
    tell();
    this.#stream.end();
  }
}
