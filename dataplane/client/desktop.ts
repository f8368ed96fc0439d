/** A desktop as a client uses it: the picture as it is now, and keys and pointer. Pointer moves that wait give way to the newest; keys and clicks never do. */
import { ProtocolViolation, type Refusal, refusalOfFlowCode } from '../../schema/refusal.ts';
import { encodeInput } from '../../schema/wire/input.ts';
import { CURSOR_KEY, decodeSize, SIZE_KEY, type Size, TILE, tilePlace } from '../../schema/wire/render.ts';
import type { LatestChannel } from '../channel/latest/channel.ts';
import { type Cursor, decodeCursor, decodeTile, type Picture } from '../render/decode.ts';
import type { ByteStream } from '../transport/transport.ts';
import type { Attachment } from './attachment.ts';

export type { Cursor, Picture, Size };

export interface DesktopObserver {
  /** Comes first, and again whenever it changes. */
  size(size: Size): void;
  /** The newest of this part of the picture. It may lie beyond the size that is known: that one is still on its way. */
  tile(x: number, y: number, picture: Picture): void;
  /** The pointer's shape; undefined: none is shown. */
  cursor(shape: Cursor | undefined): void;
  /** Bytes of picture that arrived. */
  received(bytes: number): void;
  over(why: Refusal): void;
}

interface Pointer {
  readonly buttons: number;
  readonly x: number;
  readonly y: number;
}

/** Bytes of input that nobody confirmed yet, above which the pointer's moves go no oftener than a hand can tell. */
const MOVES_WAIT_ABOVE = 64;

export class DesktopChannels {
  readonly #render: LatestChannel;
  readonly #input: ByteStream | undefined;
  readonly #observer: DesktopObserver;
  #waiting: Pointer | undefined;
  #buttons = 0;
  #over = false;

  /** Opens what the grants allow: without `input` one watches. @throws Refusal */
  static async open(
    attachment: Attachment,
    mayUse: boolean,
    observer: DesktopObserver,
  ): Promise<DesktopChannels> {
    const early: [number, Uint8Array][] = [];
    let desktop: DesktopChannels | undefined;
    const opening = attachment.openLatest('render', {
      changed: (key, content) => (desktop ? desktop.#changed(key, content) : early.push([key, content])),
      over: () => {
        if (desktop) desktop.#end(refusalOfFlowCode(0));
      },
    });
    const [render, input] = await Promise.all([opening, mayUse ? attachment.openInput() : undefined]);
    desktop = new DesktopChannels(render, input, observer);
    for (const [key, content] of early) desktop.#changed(key, content);
    return desktop;
  }

  private constructor(render: LatestChannel, input: ByteStream | undefined, observer: DesktopObserver) {
    this.#render = render;
    this.#input = input;
    this.#observer = observer;
    input?.observe({
      readable: () => {},
      writable: () => this.#move(),
      reset: (code) => this.#end(refusalOfFlowCode(code)),
      stopped: (code) => this.#end(refusalOfFlowCode(code)),
      closed: () => {},
    });
  }

  /** @param keysym X11's name of what is on the key */
  key(keysym: number, isDown: boolean): void {
    this.#move();
    this.#input?.write(encodeInput({ type: 'key', isDown, keysym }));
  }

  /** @param pointer buttons as `schema/wire/input.ts` has them; pixels of the desktop */
  point(pointer: Pointer): void {
    if (!this.#input) return;
    const isMove = pointer.buttons === this.#buttons;
    this.#waiting = pointer;
    if (!isMove || this.#input.pending < MOVES_WAIT_ABOVE) this.#move();
    else requestMove(() => this.#move());
  }

  /** A wish; the server may not grant it. */
  resize({ width, height }: Size): void {
    this.#input?.write(encodeInput({ type: 'resize', width, height }));
  }

  close(): void {
    this.#over = true;
    this.#render.close();
    this.#input?.end();
  }

  #move(): void {
    if (!this.#waiting) return;
    this.#buttons = this.#waiting.buttons;
    this.#input?.write(encodeInput({ type: 'pointer', ...this.#waiting }));
    this.#waiting = undefined;
  }

  #changed(key: number, content: Uint8Array): void {
    if (this.#over) return;
    this.#observer.received(content.length);
    try {
      if (key === SIZE_KEY) return this.#observer.size(decodeSize(content));
      if (key === CURSOR_KEY) return this.#observer.cursor(decodeCursor(content));
      const place = tilePlace(key);
      if (!place) throw new ProtocolViolation(`an item of unknown key ${key}`);
      this.#observer.tile(place.column * TILE, place.row * TILE, decodeTile(content));
    } catch (error) {
      if (!(error instanceof ProtocolViolation)) throw error;
      this.#end(refusalOfFlowCode(0));
    }
  }

  #end(why: Refusal): void {
    if (this.#over) return;
    this.close();
    this.#observer.over(why);
  }
}

/** Soon enough for a hand, late enough for several moves to become one. */
function requestMove(move: () => void): void {
  setTimeout(move, 8);
}
