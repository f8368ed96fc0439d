/**
 * The session's one lasting shell (RFC 4254 section 6). At most one client controls it at a time; the next takes it over, is shown the screen, and gets every
 * byte from there on once. Any number may look on beside it: one that is slow never holds the shell, it misses bytes and is shown the newest screen instead.
 * With nobody there the output goes on into the screen.
 */
import type { ClientChannel, Client as SshClient } from 'ssh2';
import { FLOW_CANCELLED, ProtocolViolation, Refusal } from '../../../schema/refusal.ts';
import {
  decodeResize,
  encodeExit,
  encodeResize,
  type PtySize,
  TERMINAL_KIND,
  type TerminalParams,
} from '../../../schema/wire/terminal.ts';
import { TerminalReader, writeFrame } from '../../channel/terminal-frames.ts';
import type { ByteStream } from '../../transport/transport.ts';
import type { PendingChannel, TerminalTap } from '../adapter.ts';
import { ClipboardFilter } from './osc52.ts';
import { Screen } from './screen.ts';

/** How long a client that is slow to read may take for a shell's last words, milliseconds. */
const LAST_WORDS_MS = 30_000;

/** Somebody who looks on, and may type where they share control. */
interface Viewer {
  readonly stream: ByteStream;
  /** Bytes were left out: the screen comes first, once there is room. */
  behind: boolean;
}

/** What a client may do with the shell, and what becomes of it. */
interface ClientRules {
  mayRead(): boolean;
  readonly mayResize: boolean;
  writable(): void;
  leave(): void;
}

type ShellParams = Extract<TerminalParams, { mode: 'shell' }>;

export class Shell {
  readonly ended: Promise<string>;
  readonly #channel: ClientChannel;
  readonly #screen: Screen;
  #client: ByteStream | undefined;
  #clientLeft: Promise<void> = Promise.resolve();
  readonly #viewers = new Map<Viewer, Promise<void>>();
  readonly #tap: TerminalTap | undefined;
  #size: PtySize;
  readonly #clipboard = new ClipboardFilter();
  /** What runs in the shell may set the clipboard of who has it. */
  #mayCopy = false;
  /** Of those who watch, and of the recording: theirs is never set. */
  readonly #watched = new ClipboardFilter();
  #started = false;
  #over = false;
  /** Screens being taken: the remote side is held until the last of them is. */
  #holds = 0;

  static async start(
    ssh: SshClient,
    { term, size }: ShellParams,
    tap: TerminalTap | undefined,
  ): Promise<Shell> {
    const channel = await new Promise<ClientChannel>((resolve, reject) => {
      const pty = { term, cols: size.cols, rows: size.rows, width: 0, height: 0 };
      ssh.shell(pty, (error, opened) => {
        if (error) reject(new Refusal('target_refused', 'the target gives no shell', { cause: error }));
        else resolve(opened);
      });
    });
    return new Shell(channel, size, tap);
  }

  constructor(channel: ClientChannel, size: PtySize, tap: TerminalTap | undefined) {
    this.#channel = channel;
    this.#size = size;
    this.#tap = tap;
    tap?.size(size);
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
      const watching = [...this.#viewers.keys()].map(({ stream }) => stream);
      for (const stream of this.#client ? [this.#client, ...watching] : watching) {
        writeFrame(stream, TERMINAL_KIND.exit, encodeExit(exit));
        stream.end();
      }
      this.#screen.close();
      // The session ends when the client has read how: its end takes every channel with it.
      const late = setTimeout(resolve, LAST_WORDS_MS, 'the shell ended');
      void Promise.all([this.#clientLeft, ...this.#viewers.values()]).then(() => {
        clearTimeout(late);
        resolve('the shell ended');
      });
    });
  }

  /** Gives the shell to this client; resolves when it leaves. */
  async attach(pending: PendingChannel, { size }: ShellParams): Promise<void> {
    if (this.#over) throw new Refusal('session_ended');
    if (pending.role !== 'controller') return this.#view(pending);
    const previous = this.#client;
    const stream = pending.accept();
    this.#client = stream;
    this.#mayCopy = pending.clipboard?.receive === true;
    if (previous) {
      previous.stop(FLOW_CANCELLED);
      previous.reset(new Refusal('conflict').flowCode);
    }
    const left = this.#observe(stream, pending.grant.send, {
      mayRead: () => this.#client === stream,
      mayResize: true,
      writable: () => this.#go(),
      leave: () => {
        if (this.#client !== stream) return;
        this.#client = undefined;
        this.#go();
      },
    });
    this.#clientLeft = left;
    await this.#show(stream, size);
    await left;
  }

  async #view(pending: PendingChannel): Promise<void> {
    const stream = pending.accept();
    const viewer: Viewer = { stream, behind: true };
    const left = this.#observe(stream, pending.grant.send, {
      mayRead: () => this.#viewers.has(viewer),
      mayResize: false,
      writable: () => void this.#refresh(viewer),
      leave: () => this.#viewers.delete(viewer),
    });
    this.#viewers.set(viewer, left);
    await this.#refresh(viewer);
    await left;
  }

  async #refresh(viewer: Viewer): Promise<void> {
    if (!viewer.behind) return;
    const screen = await this.#snapshot();
    if (screen && viewer.behind && this.#viewers.has(viewer)) {
      viewer.behind = false;
      writeFrame(viewer.stream, TERMINAL_KIND.resize, encodeResize(this.#size));
      writeFrame(viewer.stream, TERMINAL_KIND.screen, screen);
    }
    this.#release();
  }

  close(): void {
    this.#channel.close();
  }

  #observe(stream: ByteStream, maySend: boolean, rules: ClientRules): Promise<void> {
    const frames = new TerminalReader((kind, body) => maySend && this.#frame(kind, body, rules.mayResize));
    const { promise, resolve } = Promise.withResolvers<void>();
    const leave = () => {
      this.#channel.off('drain', take);
      rules.leave();
      resolve();
    };
    const mayRead = () => rules.mayRead() && !this.#channel.writableNeedDrain;
    const take = () => {
      try {
        for (
          let chunk = mayRead() ? stream.read() : undefined;
          chunk;
          chunk = mayRead() ? stream.read() : undefined
        ) {
          frames.push(chunk);
        }
      } catch (error) {
        if (!(error instanceof ProtocolViolation)) throw error;
        stream.reset(FLOW_CANCELLED);
        stream.stop(FLOW_CANCELLED);
      }
      // Of one that may not send, the half was ended here: it goes on looking.
      if (stream.readableEnded && maySend) stream.end();
    };
    this.#channel.on('drain', take);
    stream.observe({
      readable: take,
      writable: rules.writable,
      reset: () => {
        stream.reset(FLOW_CANCELLED);
        leave();
      },
      stopped: leave,
      closed: leave,
    });
    return promise;
  }

  #frame(kind: number, body: Uint8Array, mayResize: boolean): void {
    if (kind === TERMINAL_KIND.data) {
      this.#tap?.input(body);
      this.#channel.write(body);
    } else if (kind === TERMINAL_KIND.resize && mayResize) this.#resize(decodeResize(body));
  }

  /** As whoever is in control has it; who looks on is told. */
  #resize(size: PtySize): void {
    this.#size = size;
    this.#tap?.size(size);
    this.#screen.resize(size);
    this.#channel.setWindow(size.rows, size.cols, 0, 0);
    for (const viewer of this.#viewers.keys())
      if (!viewer.behind) writeFrame(viewer.stream, TERMINAL_KIND.resize, encodeResize(size));
  }

  /** The screen first, taken while the remote side is held, so that nothing is shown twice or missed. */
  async #show(stream: ByteStream, size: PtySize): Promise<void> {
    if (!this.#started) {
      this.#started = true;
      return;
    }
    const screen = await this.#snapshot();
    if (screen && this.#client === stream) {
      writeFrame(stream, TERMINAL_KIND.screen, screen);
      this.#resize(size);
    }
    this.#release();
  }

  /** Holds the remote side until `#release`; undefined when the shell is over. */
  async #snapshot(): Promise<Uint8Array | undefined> {
    this.#holds += 1;
    if (this.#over) return undefined;
    this.#channel.pause();
    const screen = await this.#screen.snapshot();
    return this.#over ? undefined : screen;
  }

  #release(): void {
    this.#holds -= 1;
    this.#go();
  }

  #output(raw: Buffer): void {
    const bytes = this.#clipboard.pass(raw, this.#mayCopy);
    const watched = this.#watched.pass(raw, false);
    if (watched.length > 0) this.#tap?.output(watched);
    if (bytes.length === 0) return;
    const parsed = this.#screen.write(bytes);
    for (const viewer of this.#viewers.keys())
      if (!viewer.behind)
        viewer.behind = !writeFrame(viewer.stream, TERMINAL_KIND.data, Uint8Array.from(watched));
    const sent = this.#client === undefined || writeFrame(this.#client, TERMINAL_KIND.data, bytes);
    if (!parsed || !sent) this.#channel.pause();
  }

  #go(): void {
    if (this.#holds === 0) this.#channel.resume();
  }
}
