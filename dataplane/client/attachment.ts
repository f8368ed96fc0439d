/** What a client holds while it is attached: the control channel, and the channels it opens. Web-standard APIs only. */
import type { Channel } from '../../schema/channel.ts';
import { TRAFFIC_CLASS } from '../../schema/channel.ts';
import type { AttachmentId, SessionId } from '../../schema/ids.ts';
import { ProtocolViolation, Refusal } from '../../schema/refusal.ts';
import { type Attached, ChannelAnswer } from '../../schema/wire/attach.ts';
import { ControlEvent } from '../../schema/wire/control.ts';
import { encodeMessage } from '../../schema/wire/message.ts';
import type { TerminalParams } from '../../schema/wire/terminal.ts';
import { messageHead, takeHead } from '../transport/head.ts';
import { exchangeMessages } from '../transport/messages.ts';
import { type ByteStream, type Carrier, type Connection, TransportClosed } from '../transport/transport.ts';
import { TerminalChannel, type TerminalObserver } from './terminal.ts';

export type { Carrier };

const OPEN_MS = 30_000;
const PING_MS = 10_000;

/** Why an attachment is over. `ended`: the session itself; otherwise only this connection. */
export interface AttachmentEnd {
  readonly reason: string;
  readonly ended: boolean;
}

export class Attachment {
  readonly session: SessionId;
  readonly id: AttachmentId;
  /** Relays between entry and service node. */
  readonly relays: number;
  /** The session was alive before. */
  readonly resumed: boolean;
  readonly carrier: Carrier;
  readonly closed: Promise<AttachmentEnd>;
  readonly #connection: Connection;
  readonly #control: (message: object) => void;
  readonly #pings = new Map<number, () => void>();
  readonly #settle: (end: AttachmentEnd) => void;
  #nextPing = 0;

  constructor(
    connection: Connection,
    control: ByteStream,
    { session, attachment, relays, resumed }: Attached,
  ) {
    this.#connection = connection;
    this.carrier = connection.carrier;
    this.session = session;
    this.id = attachment;
    this.relays = relays;
    this.resumed = resumed;
    const { promise, resolve } = Promise.withResolvers<AttachmentEnd>();
    this.closed = promise;
    this.#settle = resolve;
    this.#control = exchangeMessages(control, ControlEvent, {
      message: (event) => {
        if (event.type === 'ended') return this.#finish({ reason: event.reason, ended: true });
        this.#pings.get(event.id)?.();
        this.#pings.delete(event.id);
      },
      ended: () => this.#finish({ reason: 'the connection to the session ended', ended: false }),
    });
    void connection.closed.then(({ reason }) =>
      this.#finish({ reason: reason || 'the connection was lost', ended: false }),
    );
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
      this.#control({ type: 'ping', id });
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

  /** Leaves; the session lives on. */
  async detach(): Promise<void> {
    this.#control({ type: 'detach' });
    this.#finish({ reason: 'detached', ended: false });
    await this.#connection.close(0, 'detached');
  }

  /** Ends the session. */
  async terminate(): Promise<void> {
    this.#control({ type: 'terminate' });
    await Promise.race([this.closed, new Promise((resolve) => setTimeout(resolve, PING_MS))]);
    await this.#connection.close(0, 'terminated');
  }

  async #open(channel: Channel, params?: unknown): Promise<ByteStream> {
    const stream = await this.#connection.openStream(TRAFFIC_CLASS[channel]).catch((error: unknown) => {
      throw error instanceof TransportClosed
        ? new Refusal('unavailable', error.message, { cause: error })
        : error;
    });
    stream.write(
      encodeMessage({
        type: 'channel',
        attachment: this.id,
        channel,
        ...(params === undefined ? {} : { params }),
      }),
    );
    return answered(stream);
  }

  #finish(end: AttachmentEnd): void {
    this.#settle(end);
    if (end.ended) void this.#connection.close(0, 'the session ended');
  }
}

async function answered(stream: ByteStream): Promise<ByteStream> {
  const { value, stream: rest } = await takeHead(stream, messageHead(ChannelAnswer), OPEN_MS).catch(
    (error: unknown) => {
      throw error instanceof ProtocolViolation
        ? new Refusal('unavailable', error.message, { cause: error })
        : error;
    },
  );
  if (value.type === 'refused') throw new Refusal(value.code, value.message);
  return rest;
}
