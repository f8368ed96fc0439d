/** VNC targets: one desktop that stays while clients come and go, seen over `render` channels, used over `input` channels. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ProtocolViolation, Refusal } from '../../../schema/refusal.ts';
import { LatestChannel } from '../../channel/latest/channel.ts';
import type { Framebuffer } from '../../render/framebuffer.ts';
import { SharedScreen } from '../../render/shared-screen.ts';
import type { Adapter, PendingChannel, RemoteSession } from '../adapter.ts';
import { connectVnc, type VncConnection } from './connect.ts';
import { InflateStream } from './encodings/inflate.ts';
import { joinInput } from './input.ts';
import { setDesktopSize, updateRequest } from './requests.ts';
import { Updates } from './updates.ts';

/** Between two requests for what changed, milliseconds: sixty a second. Input does not wait. */
const FRAME_MS = 1000 / 60;
/** Before a viewer's first acknowledgement tells, milliseconds. */
const ROUND_TRIP_MS = 60;

export const vncAdapter: Adapter<'vnc'> = {
  open: async (target, credential, signal) => new Desktop(await connectVnc(target, credential, signal)),
};

class Desktop implements RemoteSession {
  readonly lasting = true;
  readonly ended: Promise<string>;
  readonly #connection: VncConnection;
  readonly #screen: SharedScreen;
  readonly #inflate = new InflateStream();
  readonly #updates: Updates;
  /** A request is out that the server did not answer yet. */
  #isAsked = false;
  /** The picture that the server sent as a whole, and since then only changes of. */
  #whole: Framebuffer | undefined;
  #hurry = new AbortController();

  constructor(connection: VncConnection) {
    this.#connection = connection;
    this.#screen = new SharedScreen(connection.size);
    this.#updates = new Updates(connection.source, this.#screen, this.#inflate);
    this.ended = this.#run().catch((error: unknown) => {
      if (!(error instanceof ProtocolViolation)) throw error;
      return `the desktop is gone: ${error.message}`;
    });
    this.ended.catch(() => {}).finally(() => this.close());
  }

  async serve(pending: PendingChannel): Promise<void> {
    const { send, receive } = pending.grant;
    if (pending.channel === 'render' && send && receive) return this.#show(pending);
    if (pending.channel === 'input' && send) return this.#listen(pending);
    throw new Refusal('channel_not_allowed');
  }

  async close(): Promise<void> {
    this.#connection.socket.destroy();
    this.#inflate.close();
    this.#hurry.abort();
  }

  #show(pending: PendingChannel): Promise<void> {
    const stream = pending.accept();
    const { promise, resolve } = Promise.withResolvers<void>();
    const viewer = new LatestChannel({
      stream,
      datagrams: stream.datagrams,
      roundTrip: ROUND_TRIP_MS,
      now: () => performance.now(),
      changed: () => {},
      over: () => {
        this.#screen.leave(viewer);
        resolve();
      },
    });
    this.#screen.join(viewer);
    this.#ask();
    return promise;
  }

  #listen(pending: PendingChannel): Promise<void> {
    return joinInput(pending.accept(), this.#connection.socket, {
      size: () => this.#screen.framebuffer,
      pointer: (x, y) => this.#screen.focus(x, y),
      resize: (size) => {
        const { serverScreen: first } = this.#updates;
        if (first) this.#connection.socket.write(setDesktopSize(size, first.id, first.flags));
      },
      happened: () => this.#hurry.abort(),
    });
  }

  /** Until the server ends, which it is told by an exception. */
  async #run(): Promise<never> {
    for (;;) {
      const startedAt = performance.now();
      const { framebuffer } = this.#screen;
      const isAnswer = await this.#updates.next();
      if (!isAnswer) continue;
      this.#whole = framebuffer;
      await this.#screen.flush();
      await this.#pause(FRAME_MS - (performance.now() - startedAt));
      this.#isAsked = false;
      this.#ask();
    }
  }

  /** With nobody there nothing is asked for, and the server need not look. */
  #ask(): void {
    if (this.#isAsked || this.#screen.viewers === 0) return;
    this.#isAsked = true;
    this.#hurry = new AbortController();
    const { framebuffer } = this.#screen;
    this.#connection.socket.write(updateRequest(framebuffer, this.#whole === framebuffer));
  }

  async #pause(ms: number): Promise<void> {
    if (ms > 0) await sleep(ms, undefined, { signal: this.#hurry.signal }).catch(() => {});
  }
}
