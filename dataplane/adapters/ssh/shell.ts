/**
 * The session's one lasting shell (RFC 4254 section 6). At most one client has it at a time; the next takes it over, is shown the screen, and gets every
 * byte from there on once. With nobody there the output goes on into the screen.
 */
import type { ClientChannel, Client as SshClient } from 'ssh2';
import { FLOW_CANCELLED, ProtocolViolation, Refusal } from '../../../schema/refusal.ts';
import {
  decodeResize,
  encodeExit,
  type PtySize,
  TERMINAL_KIND,
  type TerminalParams,
} from '../../../schema/wire/terminal.ts';
import { TerminalReader, writeFrame } from '../../channel/terminal-frames.ts';
import type { ByteStream } from '../../transport/transport.ts';
import type { PendingChannel } from '../adapter.ts';
import { ClipboardFilter } from './osc52.ts';
import { Screen } from './screen.ts';

/** How long a client that is slow to read may take for a shell's last words, milliseconds. */
const LAST_WORDS_MS = 30_000;

type ShellParams = Extract<TerminalParams, { mode: 'shell' }>;

export class Shell {
  readonly ended: Promise<string>;
  readonly #channel: ClientChannel;
  readonly #screen: Screen;
  #client: ByteStream | undefined;
  #clientLeft: Promise<void> = Promise.resolve();
  readonly #clipboard = new ClipboardFilter();
  /** What runs in the shell may set the clipboard of who has it. */
  #mayCopy = false;
  #started = false;
  #over = false;

  static async start(ssh: SshClient, { term, size }: ShellParams): Promise<Shell> {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      const pty = { term, cols: size.cols, rows: size.rows, width: 0, height: 0 };
      ssh.shell(pty, (error, opened) => {
        if (error) reject(new Refusal('target_refused', 'the target gives no shell', { cause: error }));
        else resolve(opened);
      });
    });
    return new Shell(channel, size);
  }

  constructor(channel: ClientChannel, size: PtySize) {
    this.#channel = channel;
    this.#screen = new Screen(size, () => this.#go());
    const { promise, resolve } = Promise.withResolvers<string>();
    this.ended = promise;
    let exit = { status: 0, signal: '' };
    channel.on('data', (bytes: Buffer) => this.#output(bytes));
    channel.stderr.resume();
    channel.on('exit', (status: number | null, signal?: string) => {
      // ssh2 puts SIG before the name that RFC 4254 section 6.10 gives without it.
      exit = { status: status ?? 255, signal: signal?.replace(/^SIG/, '') ?? '' };
    });
    channel.on('close', () => {
      this.#over = true;
      if (this.#client) {
        writeFrame(this.#client, TERMINAL_KIND.exit, encodeExit(exit));
        this.#client.end();
      }
      this.#screen.close();
      // The session ends when the client has read how: its end takes every channel with it.
      const late = setTimeout(resolve, LAST_WORDS_MS, 'the shell ended');
      void this.#clientLeft.then(() => {
        clearTimeout(late);
        resolve('the shell ended');
      });
    });
  }

  /** Gives the shell to this client; resolves when it leaves. */
  async attach(pending: PendingChannel, { size }: ShellParams): Promise<void> {
    if (this.#over) throw new Refusal('session_ended');
    const previous = this.#client;
    const stream = pending.accept();
    this.#client = stream;
    this.#mayCopy = pending.clipboard?.receive === true;
    if (previous) {
      previous.stop(FLOW_CANCELLED);
      previous.reset(new Refusal('conflict').flowCode);
    }
    const left = this.#observe(stream, pending.grant.send);
    this.#clientLeft = left;
    await this.#show(stream, size);
    await left;
  }

  close(): void {
    this.#channel.close();
  }

  #observe(stream: ByteStream, maySend: boolean): Promise<void> {
    const frames = new TerminalReader((kind, body) => maySend && this.#frame(kind, body));
    const { promise, resolve } = Promise.withResolvers<void>();
    const leave = () => {
      this.#channel.off('drain', take);
      if (this.#client === stream) {
        this.#client = undefined;
        this.#go();
      }
      resolve();
    };
    const take = () => {
      try {
        for (
          let chunk = this.#mayRead(stream) ? stream.read() : undefined;
          chunk;
          chunk = this.#mayRead(stream) ? stream.read() : undefined
        ) {
          frames.push(chunk);
        }
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw error;
        stream.reset(FLOW_CANCELLED);
        stream.stop(FLOW_CANCELLED);
      }
      if (stream.readableEnded) stream.end();
    };
    this.#channel.on('drain', take);
    stream.observe({
      readable: take,
      writable: () => this.#go(),
      reset: () => {
        stream.reset(FLOW_CANCELLED);
        leave();
      },
      stopped: leave,
      closed: leave,
    });
    return promise;
  }

  #mayRead(stream: ByteStream): boolean {
    return this.#client === stream && !this.#channel.writableNeedDrain;
  }

  #frame(kind: number, body: Uint8Array): void {
    if (kind === TERMINAL_KIND.data) this.#channel.write(body);
    else if (kind === TERMINAL_KIND.resize) this.#resize(decodeResize(body));
  }

  #resize(size: PtySize): void {
    this.#screen.resize(size);
    this.#channel.setWindow(size.rows, size.cols, 0, 0);
  }

  /** The screen first, taken while the remote side is held, so that nothing is shown twice or missed. */
  async #show(stream: ByteStream, size: PtySize): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      return;
    }
    this.#channel.pause();
    this.#showing = stream;
    const screen = await this.#screen.snapshot();
    if (this.#showing === stream) this.#showing = undefined;
    if (this.#client !== stream || this.#over) return;
    writeFrame(stream, TERMINAL_KIND.screen, screen);
    this.#resize(size);
    this.#go();
  }

  /** A client that waits for its screen gets no live bytes yet. */
  #showing: ByteStream | undefined;

  #output(raw: Buffer): void {
    const bytes = this.#clipboard.pass(raw, this.#mayCopy);
    if (bytes.length === 0) return;
    const parsed = this.#screen.write(bytes);
    const sent = this.#client === undefined || writeFrame(this.#client, TERMINAL_KIND.data, bytes);
    if (!parsed || !sent) this.#channel.pause();
  }

  #go(): void {
    if (this.#showing === undefined) this.#channel.resume();
  }
}
