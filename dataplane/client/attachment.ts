/** What a client holds while it is attached: the control channel, and the channels it opens. They outlive the path they take. Web-standard APIs only. */
import { type Channel, TRAFFIC_CLASS } from '../../schema/channel.ts';
import type { AttachmentId, SessionId } from '../../schema/ids.ts';
import { FLOW_CANCELLED, ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import type { Attached } from '../../schema/wire/attach.ts';
import { ChannelAnswer } from '../../schema/wire/channel.ts';
import { ControlEvent, MAX_CHANNELS, type People } from '../../schema/wire/control.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import type { TerminalParams } from '../../schema/wire/terminal.ts';
import type { SealedChannel } from '../channel/channel.ts';
import { ClipboardChannel, type ClipboardOptions } from '../channel/clipboard.ts';
import { LatestChannel, type LatestOptions } from '../channel/latest/channel.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { exchangeMessages } from '../transport/messages.ts';
import type { ByteStream, Carrier, Connection } from '../transport/transport.ts';
import { FileChannel, type MakeHash } from './files.ts';
import { PathKeeper, type PathState } from './path-keeper.ts';
import type { Resuming } from './resume.ts';
import { TerminalChannel, type TerminalObserver } from './terminal.ts';

export type { Carrier, PathState };

type LatestWatcher = Pick<LatestOptions, 'changed' | 'over'>;

const OPEN_MS = 30_000;
const PING_MS = 10_000;
/** How long the service node is given to hear a goodbye. */
const GOODBYE_MS = 1_000;

/** Why an attachment is over. `ended`: the session itself; otherwise only this attachment. */
export interface AttachmentEnd {
  readonly reason: string;
  readonly ended: boolean;
}

/** What happens in the session beside its channels. */
export interface SessionWatcher {
  /** Who is there now; at once, where that is known. */
  people?(people: People): void;
  /** Somebody wants control: answer within so many milliseconds by `answer`. */
  asked?(by: { attachment: AttachmentId; name: string; withinMs: number }): void;
  deposed?(by: string): void;
  warning?(limit: 'idle' | 'max', seconds: number): void;
}

export interface AttachmentOptions extends Resuming {
  readonly connection: Connection;
  /** The sealed control channel, after `attached`. */
  readonly control: ByteStream;
  readonly attached: Attached;
}

export class Attachment {
  readonly session: SessionId;
  readonly id: AttachmentId;
  /** The session was alive before. */
  readonly resumed: boolean;
  readonly closed: Promise<AttachmentEnd>;
  readonly #options: AttachmentOptions;
  readonly #path: PathKeeper;
  readonly #pings = new Map<number, () => void>();
  readonly #settle: (end: AttachmentEnd) => void;
  readonly #controlEnded = Promise.withResolvers<void>();
  #watcher: SessionWatcher = {};
  #people: People | undefined;
  #nextPing = 0;
  #nextChannel = 1;
  #over = false;

  constructor(options: AttachmentOptions) {
    this.#options = options;
    const { attached, control, channels } = options;
    this.session = attached.session;
    this.id = attached.attachment;
    this.resumed = attached.resumed;
    const { promise, resolve } = Promise.withResolvers<AttachmentEnd>();
    this.closed = promise;
    this.#settle = resolve;
    this.#path = new PathKeeper(options, {
      ask: () => channels.tell({ type: 'ping', id: this.#nextPing++ }),
      measure: () => this.ping(),
      over: (why) => this.#finish({ reason: why.message, ended: why.code === 'session_ended' }, why),
    });
    exchangeMessages(control, ControlEvent, {
      message: (event) => this.#told(event),
      ended: () => {
        this.#controlEnded.resolve();
        this.#finish({ reason: 'the connection to the session ended', ended: false });
      },
    });
  }

  /** Relays between entry and service node, on the path of the moment. */
  get relays(): number {
    return this.#path.relays;
  }

  get carrier(): Carrier {
    return this.#path.carrier;
  }

  /** Told whenever the path is lost, and when there is one again. One watcher at a time. */
  watchPath(watcher: (state: PathState) => void): void {
    this.#path.watch(watcher);
  }

  /** What is named takes the place of what was named before. */
  watchSession(watcher: SessionWatcher): void {
    this.#watcher = { ...this.#watcher, ...watcher };
    if (this.#people) watcher.people?.(this.#people);
  }

  /** Whether somebody who asked may have control; heeded only from whoever has it. */
  answer(attachment: AttachmentId, allow: boolean): void {
    this.#options.channels.tell({ type: 'answer', attachment, allow });
  }

  channelLost(channel: SealedChannel, broken: boolean): void {
    this.#path.channelLost(channel, broken);
  }

  /** Round trip to the service node and back, milliseconds. @throws Refusal `unavailable` after 10 seconds */
  ping(): Promise<number> {
    const id = this.#nextPing;
    this.#nextPing += 1;
    const start = performance.now();
    return new Promise((resolve, reject) => {
      const late = setTimeout(() => {
        this.#pings.delete(id);
        reject(new Refusal('unavailable', 'no answer within 10 seconds'));
      }, PING_MS);
      this.#pings.set(id, () => {
        clearTimeout(late);
        resolve(performance.now() - start);
      });
      this.#options.channels.tell({ type: 'ping', id });
    });
  }

  /** @throws Refusal */
  async openTerminal(params: TerminalParams, observer: TerminalObserver): Promise<TerminalChannel> {
    return new TerminalChannel(await this.#open('terminal', params), observer);
  }

  /** One TCP connection's worth of bytes to the target. @throws Refusal */
  openStream(): Promise<ByteStream> {
    return this.#open('stream');
  }

  /** Files of the target, one after the other. @throws Refusal */
  async openFiles(makeHash: MakeHash): Promise<FileChannel> {
    return new FileChannel(await this.#open('file_transfer'), makeHash);
  }

  /** Texts to and from the other side's clipboard. @param copied what was copied there. @throws Refusal */
  async openClipboard(
    allowed: Pick<ClipboardOptions, 'maySend' | 'mayReceive'>,
    copied: (text: string) => void,
  ): Promise<ClipboardChannel> {
    return new ClipboardChannel(await this.#open('clipboard'), allowed, copied);
  }

  /** A state that both ends keep, where only the newest counts. @throws Refusal */
  async openLatest(
    kind: 'render' | 'telemetry',
    watcher: LatestWatcher,
    params?: unknown,
  ): Promise<LatestChannel> {
    const [stream, roundTrip] = await Promise.all([this.#open(kind, params), this.ping()]);
    // Over TCP a datagram waits behind what went before it: the stream does the same, and loses nothing.
    const datagrams = this.carrier === 'tcp' ? undefined : stream.datagrams;
    return new LatestChannel({ stream, datagrams, roundTrip, now: () => performance.now(), ...watcher });
  }

  /** A desktop's keys and pointer, as `schema/wire/input.ts` writes them. @throws Refusal */
  openInput(): Promise<ByteStream> {
    return this.#open('input');
  }

  /** Leaves; the session lives on. */
  async detach(): Promise<void> {
    await this.#leave('detach', GOODBYE_MS);
    this.#finish({ reason: 'detached', ended: false });
    await this.#path.close('detached');
  }

  /** Ends the session. */
  async terminate(): Promise<void> {
    await this.#leave('terminate', PING_MS);
    this.#finish({ reason: 'terminated', ended: true });
    await this.#path.close('terminated');
  }

  async #leave(type: 'detach' | 'terminate', patience: number): Promise<void> {
    if (this.#over) return;
    this.#options.channels.tell({ type });
    let late: ReturnType<typeof setTimeout> | undefined;
    const enough = new Promise<void>((resolve) => {
      late = setTimeout(resolve, patience);
    });
    await Promise.race([this.#controlEnded.promise, this.closed, enough]);
    clearTimeout(late);
  }

  async #open(kind: Exclude<Channel, 'control'>, params?: unknown): Promise<ByteStream> {
    const { channels } = this.#options;
    if (this.#over) throw new Refusal('unavailable', 'the attachment is over');
    if (channels.size >= MAX_CHANNELS) throw new Refusal('overloaded');
    const name = { kind, number: this.#nextChannel };
    this.#nextChannel += 1;
    const channel = await channels.open(name);
    channel.setClass(TRAFFIC_CLASS[kind]);
    channel.write(encodeMessage({ type: 'params', ...(params === undefined ? {} : { params }) }));
    await this.#path.begin(name, channel).catch((error: unknown) => {
      channels.abandon(channel, FLOW_CANCELLED);
      throw error;
    });
    return answered(channel);
  }

  #told(event: ControlEvent): void {
    const { channels } = this.#options;
    switch (event.type) {
      case 'pong':
        this.#pings.get(event.id)?.();
        this.#pings.delete(event.id);
        return;
      case 'abort':
        return channels.aborted(event);
      case 'gone':
        return channels.find(event.channel)?.gone(new Refusal('unavailable').flowCode);
      case 'people':
        this.#people = event;
        return this.#watcher.people?.(event);
      case 'asked':
        return this.#watcher.asked?.(event);
      case 'deposed':
        return this.#watcher.deposed?.(event.by);
      case 'warning':
        return this.#watcher.warning?.(event.limit, event.seconds);
      case 'ended':
        return this.#finish({ reason: event.reason, ended: true });
    }
  }

  #finish(end: AttachmentEnd, why?: Refusal): void {
    if (this.#over) return;
    this.#over = true;
    this.#settle(end);
    if (end.ended || why) void this.#path.close(end.reason);
    this.#options.channels.close(why?.flowCode ?? FLOW_CANCELLED);
  }
}

async function answered(channel: SealedChannel): Promise<ByteStream> {
  try {
    const { value, stream } = await takeHead(channel, messageHead(ChannelAnswer), OPEN_MS);
    if (value.type === 'opened') return stream;
    stream.end();
    throw new Refusal(value.code, value.message);
  } catch (error) {
    if (!(error instanceof ProtocolViolation)) throw error;
    channel.stop(FLOW_CANCELLED);
    channel.reset(FLOW_CANCELLED);
    throw new Refusal('unavailable', error.message, { cause: error });
  }
}
