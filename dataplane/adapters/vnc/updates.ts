/** What a server says (RFC 6143 sections 7.6 to 7.8): draws it on the screen. One message at a time. */
import { ProtocolViolation } from '../../../schema/refusal.ts';
import { isPossible, type Size } from '../../../schema/wire/render.ts';
import type { Rect } from '../../render/framebuffer.ts';
import type { SharedScreen } from '../../render/shared-screen.ts';
import type { ByteSource } from './byte-source.ts';
import { cursor } from './encodings/cursor.ts';
import { hextile } from './encodings/hextile.ts';
import type { InflateStream } from './encodings/inflate.ts';
import { raw } from './encodings/raw.ts';
import { zrle } from './encodings/zrle.ts';
import { ENCODING } from './requests.ts';

const MESSAGE = { update: 0, colourMap: 1, bell: 2, cutText: 3 } as const;
/** A server's clipboard that nobody here asked for. */
const MAX_CUT_TEXT = 16 << 20;

/** How a server names its first screen; it has one when its size may be asked to change. */
export interface ServerScreen {
  readonly id: number;
  readonly flags: number;
}

export class Updates {
  serverScreen: ServerScreen | undefined;
  readonly #source: ByteSource;
  readonly #screen: SharedScreen;
  readonly #inflate: InflateStream;

  constructor(source: ByteSource, screen: SharedScreen, inflate: InflateStream) {
    this.#source = source;
    this.#screen = screen;
    this.#inflate = inflate;
  }

  /** @returns true when it was an answer to a request for an update. @throws ProtocolViolation */
  async next(): Promise<boolean> {
    const [kind] = await this.#source.take(1);
    switch (kind) {
      case MESSAGE.update:
        await this.#update();
        return true;
      case MESSAGE.colourMap: {
        const head = await this.#source.take(5);
        await this.#source.skip(head.readUInt16BE(3) * 6);
        return false;
      }
      case MESSAGE.bell:
        return false;
      case MESSAGE.cutText: {
        const length = (await this.#source.take(7)).readUInt32BE(3);
        if (length > MAX_CUT_TEXT) throw new ProtocolViolation('a clipboard that is too large');
        await this.#source.skip(length);
        return false;
      }
      default:
        throw new ProtocolViolation(`a message of unknown kind ${kind}`);
    }
  }

  async #update(): Promise<void> {
    const count = (await this.#source.take(3)).readUInt16BE(1);
    for (let at = 0; at < count; at += 1) {
      const head = await this.#source.take(12);
      const rect = {
        x: head.readUInt16BE(0),
        y: head.readUInt16BE(2),
        width: head.readUInt16BE(4),
        height: head.readUInt16BE(6),
      };
      const encoding = head.readInt32BE(8);
      if (encoding === ENCODING.lastRect) return;
      if (!(await this.#pseudo(encoding, rect))) await this.#draw(encoding, rect);
    }
  }

  async #pseudo(encoding: number, rect: Rect): Promise<boolean> {
    switch (encoding) {
      case ENCODING.cursor:
        this.#screen.showCursor(await cursor(this.#source, rect));
        return true;
      case ENCODING.desktopSize:
        this.#resize(rect);
        return true;
      case ENCODING.extendedDesktopSize: {
        const [screens = 0] = await this.#source.take(4);
        const bytes = await this.#source.take(screens * 16);
        if (screens > 0) this.serverScreen = { id: bytes.readUInt32BE(0), flags: bytes.readUInt32BE(12) };
        // y tells whether a wish to change it was granted; where it was not, the size is the one there is.
        if (rect.y === 0) this.#resize(rect);
        return true;
      }
      default:
        return false;
    }
  }

  #resize(size: Size): void {
    if (!isPossible(size)) throw new ProtocolViolation(`a desktop of ${size.width} x ${size.height}`);
    this.#screen.resize(size);
  }

  async #draw(encoding: number, rect: Rect): Promise<void> {
    const { framebuffer } = this.#screen;
    if (!framebuffer.has(rect)) throw new ProtocolViolation('a rectangle beyond the desktop');
    switch (encoding) {
      case ENCODING.raw:
        await raw(this.#source, framebuffer, rect);
        break;
      case ENCODING.copyRect: {
        const from = await this.#source.take(4);
        const [x, y] = [from.readUInt16BE(0), from.readUInt16BE(2)];
        if (!framebuffer.has({ ...rect, x, y }))
          throw new ProtocolViolation('a copy from beyond the desktop');
        framebuffer.copy(rect, x, y);
        break;
      }
      case ENCODING.hextile:
        await hextile(this.#source, framebuffer, rect);
        break;
      case ENCODING.zrle:
        await zrle(this.#source, this.#inflate, framebuffer, rect);
        break;
      default:
        throw new ProtocolViolation(`an encoding that nobody asked for: ${encoding}`);
    }
    framebuffer.damage(rect);
  }
}
