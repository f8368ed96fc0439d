/** A window's way to its desktop: attaches, shows, and when the line breaks attaches again, until the session itself ends. */
import { generateKeyPair } from 'jose';
import { attach } from '../../../../dataplane/client/attach.ts';
import type { Attachment } from '../../../../dataplane/client/attachment.ts';
import { dialBrowser, webAead } from '../../../../dataplane/client/browser.ts';
import { DesktopChannels, type DesktopObserver } from '../../../../dataplane/client/desktop.ts';
import type { ResourceView } from '../../../../schema/api/resources.ts';
import type { SessionId } from '../../../../schema/ids.ts';
import { Refusal } from '../../../../schema/refusal.ts';
import { publicClientKey } from '../../../../schema/tokens/proof.ts';
import type { Api } from '../../api.ts';
import { retryDelay } from '../terminal/backoff.ts';
import type { LineStatus } from '../terminal/connection.ts';
import { Keyboard } from './keyboard.ts';
import { CTRL_ALT_DEL } from './keysyms.ts';
import { Pointer } from './pointer.ts';
import { type Scale, Screen } from './screen.ts';

export interface DesktopStatus extends LineStatus {
  /** Kilobytes and pictures that came within the last second. */
  readonly kilobytes?: number;
  readonly frames?: number;
}

const TICK_MS = 1_000;
/** How long a window's size must stay before the desktop is asked to follow. */
const SETTLED_MS = 250;
/** Refusals that trying again does not mend. */
const FINAL = new Set([
  'session_ended',
  'not_found',
  'forbidden',
  'channel_not_allowed',
  'target_auth_failed',
  'target_untrusted',
]);

export class DesktopLine {
  readonly #api: Api;
  readonly #resource: ResourceView;
  readonly #show: (status: DesktopStatus) => void;
  readonly #screen: Screen;
  readonly #keyboard: Keyboard;
  readonly #pointer: Pointer;
  readonly #resized: ResizeObserver;
  readonly #closing = new AbortController();
  #status: DesktopStatus = { state: 'connecting' };
  #session: SessionId | undefined;
  #attachment: Attachment | undefined;
  #channels: DesktopChannels | undefined;
  #scale: Scale = 'fit';
  #settling: ReturnType<typeof setTimeout> | undefined;
  #tries = 0;
  #bytes = 0;
  #frames = 0;
  #isDrawing = false;

  constructor(
    host: HTMLElement,
    canvas: HTMLCanvasElement,
    api: Api,
    resource: ResourceView,
    fresh: boolean,
    show: (status: DesktopStatus) => void,
  ) {
    this.#api = api;
    this.#resource = resource;
    this.#show = show;
    this.#screen = new Screen(host, canvas);
    this.#keyboard = new Keyboard(canvas, (keysym, isDown) => this.#channels?.key(keysym, isDown));
    this.#pointer = new Pointer(canvas, {
      place: (x, y) => this.#screen.place(x, y),
      point: (pointer) => this.#channels?.point(pointer),
    });
    this.#resized = new ResizeObserver(() => this.#windowChanged());
    this.#resized.observe(host);
    canvas.focus();
    void this.#run(fresh);
  }

  scale(scale: Scale): void {
    this.#scale = scale;
    this.#screen.scale(scale);
    this.#windowChanged();
  }

  ctrlAltDel(): void {
    this.#keyboard.chord(CTRL_ALT_DEL);
  }

  close(): void {
    this.#closing.abort();
    clearTimeout(this.#settling);
    this.#resized.disconnect();
    this.#keyboard.close();
    this.#pointer.close();
    void this.#attachment?.detach();
  }

  #windowChanged(): void {
    this.#screen.layOut();
    clearTimeout(this.#settling);
    if (this.#scale !== 'match') return;
    this.#settling = setTimeout(() => this.#channels?.resize(this.#screen.room()), SETTLED_MS);
  }

  /** Until the session ends, or the page leaves. */
  async #run(fresh: boolean): Promise<void> {
    const { signal } = this.#closing;
    let start = fresh;
    while (!signal.aborted) {
      try {
        const why = await this.#attachOnce(start);
        if (why) return this.#update({ state: 'ended', reason: why.message });
      } catch (error) {
        if (error instanceof Refusal && FINAL.has(error.code))
          return this.#update({ state: 'ended', reason: error.message });
        this.#update({
          state: this.#session ? 'reconnecting' : 'connecting',
          reason: error instanceof Error ? error.message : String(error),
        });
      }
      start = false;
      await new Promise((resolve) => setTimeout(resolve, retryDelay(this.#tries, Math.random())));
      this.#tries += 1;
    }
  }

  /** @returns why it is over for good; undefined when only the line broke */
  async #attachOnce(fresh: boolean): Promise<Refusal | undefined> {
    const attachment = await this.#attach(fresh);
    if (!attachment) return undefined;
    const over = Promise.withResolvers<Refusal | undefined>();
    // Not a broken line: coming again would take it back.
    attachment.watchSession({
      deposed: (by) =>
        over.resolve(new Refusal('conflict', `${by || 'somebody'} has it in another window now`)),
    });
    const mayUse = this.#resource.channels.input?.send ?? false;
    const opening = DesktopChannels.open(attachment, mayUse, this.#observer(over.resolve));
    // What could not be opened leaves nothing behind that would go on showing.
    opening.catch(() => void attachment.detach());
    this.#channels = await opening;
    this.#windowChanged();
    this.#tries = 0;
    this.#update({ state: 'live', path: attachment });
    attachment.watchPath((state) => this.#update({ ...this.#status, state, path: attachment }));
    void attachment.closed.then(({ ended, reason }) =>
      over.resolve(ended ? new Refusal('session_ended', reason) : undefined),
    );
    const ticks = setInterval(() => void this.#tick(attachment), TICK_MS);
    const why = await over.promise;
    clearInterval(ticks);
    this.#channels = undefined;
    void attachment.detach();
    if (!why) this.#update({ state: 'reconnecting' });
    return why;
  }

  async #attach(fresh: boolean): Promise<Attachment | undefined> {
    const { signal } = this.#closing;
    const keys = await generateKeyPair('EdDSA', { extractable: false });
    const key = await publicClientKey(keys.publicKey);
    this.#session ??= fresh ? undefined : await this.#liveSession();
    const ticket = this.#session
      ? await this.#api.attach(this.#session, key)
      : await this.#api.open(this.#resource.id, key);
    const attachment = await attach(ticket, keys, { dial: dialBrowser, aead: webAead, signal });
    if (signal.aborted) {
      void attachment.detach();
      return undefined;
    }
    this.#session = attachment.session;
    this.#attachment = attachment;
    return attachment;
  }

  async #liveSession(): Promise<SessionId | undefined> {
    const mine = (await this.#api.sessions()).find(
      ({ resource, state }) => resource === this.#resource.id && (state === 'active' || state === 'detached'),
    );
    return mine?.id;
  }

  #observer(over: (why: Refusal | undefined) => void): DesktopObserver {
    return {
      size: (size) => this.#screen.resize(size),
      tile: (x, y, picture) => {
        this.#screen.tile(x, y, picture);
        this.#drawn();
      },
      cursor: (shape) => this.#screen.cursor(shape),
      received: (bytes) => {
        this.#bytes += bytes;
      },
      over: () => over(undefined),
    };
  }

  /** Tiles that come between two pictures of the browser are one picture. */
  #drawn(): void {
    if (this.#isDrawing) return;
    this.#isDrawing = true;
    requestAnimationFrame(() => {
      this.#isDrawing = false;
      this.#frames += 1;
    });
  }

  async #tick(attachment: Attachment): Promise<void> {
    const came = { kilobytes: this.#bytes / 1000, frames: this.#frames };
    this.#bytes = 0;
    this.#frames = 0;
    const rtt = await attachment.ping().catch(() => undefined);
    if (rtt === undefined || this.#status.state !== 'live') return;
    const before = this.#status.rttMs ?? rtt;
    this.#update({ state: 'live', path: attachment, rttMs: before * 0.7 + rtt * 0.3, ...came });
  }

  #update(status: DesktopStatus): void {
    this.#status = status;
    if (!this.#closing.signal.aborted) this.#show(status);
  }
}
