/** What a terminal shows, kept on the service node so that whoever attaches next sees it. */
import serialize from '@xterm/addon-serialize';
import headless from '@xterm/headless';
import type { PtySize } from '../../../schema/wire/terminal.ts';

const SCROLLBACK_LINES = 5_000;
/** Bytes that may wait to be parsed; above it the remote side is held back. */
const PARSE_BACKLOG = 1 << 20;

export class Screen {
  readonly #terminal: headless.Terminal;
  readonly #serializer: serialize.SerializeAddon;
  readonly #onRoom: () => void;
  #backlog = 0;
  #held = false;

  /** @param onRoom the backlog went down after `write` said false */
  constructor({ cols, rows }: PtySize, onRoom: () => void) {
    this.#terminal = new headless.Terminal({
      cols,
      rows,
      scrollback: SCROLLBACK_LINES,
      allowProposedApi: true,
    });
    this.#serializer = new serialize.SerializeAddon();
    // The add-on is typed for the browser's terminal; it uses what both have.
    this.#terminal.loadAddon(this.#serializer as headless.ITerminalAddon);
    this.#onRoom = onRoom;
  }

  /** @returns false when the remote side should wait */
  write(bytes: Uint8Array): boolean {
    this.#backlog += bytes.length;
    this.#terminal.write(bytes, () => {
      this.#backlog -= bytes.length;
      if (!this.#held || this.#backlog > PARSE_BACKLOG / 2) return;
      this.#held = false;
      this.#onRoom();
    });
    this.#held ||= this.#backlog > PARSE_BACKLOG;
    return !this.#held;
  }

  resize({ cols, rows }: PtySize): void {
    this.#terminal.resize(cols, rows);
  }

  /** What to write to a reset terminal to show the same, once all that was written is parsed. */
  snapshot(): Promise<Uint8Array> {
    return new Promise((resolve) => {
      this.#terminal.write('', () => resolve(new TextEncoder().encode(this.#serializer.serialize())));
    });
  }

  close(): void {
    this.#terminal.dispose();
  }
}
