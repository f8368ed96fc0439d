/**
 * One desktop's picture as any number of viewers follow it: what was damaged is compared, encoded once and handed to each of them, who keep the newest
 * of each item and nothing else. Encoding goes on in slices, so that input is never behind it for long, and begins where the person is at work.
 */
import { hash } from 'node:crypto';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { CURSOR_KEY, encodeSize, SIZE_KEY, type Size, TILE, tileKey } from '../../schema/wire/render.ts';
import { encodeTile } from './encode.ts';
import { Framebuffer } from './framebuffer.ts';

/** How long encoding may hold the event loop, milliseconds. */
const SLICE_MS = 6;

/** Where items go: a state channel's sending end. */
export interface Viewer {
  set(key: number, content: Uint8Array): boolean;
}

interface Shown {
  readonly digest: string;
  readonly bytes: Uint8Array;
}

export class SharedScreen {
  framebuffer: Framebuffer;
  readonly #viewers = new Set<Viewer>();
  /** Tiles as viewers have them, by key. Those that a smaller desktop left behind stay: viewers kept them too. */
  readonly #tiles = new Map<number, Shown>();
  #cursor: Uint8Array | undefined;
  readonly #focus = { x: 0, y: 0 };

  constructor(size: Size) {
    this.framebuffer = new Framebuffer(size);
  }

  get viewers(): number {
    return this.#viewers.size;
  }

  /** Shows all there is, then what changes. */
  join(viewer: Viewer): void {
    this.#viewers.add(viewer);
    viewer.set(SIZE_KEY, encodeSize(this.framebuffer));
    if (this.#cursor) viewer.set(CURSOR_KEY, this.#cursor);
    for (const [key, { bytes }] of this.#tiles) viewer.set(key, bytes);
  }

  leave(viewer: Viewer): void {
    this.#viewers.delete(viewer);
  }

  /** The person points or types here: what changes near it goes first. */
  focus(x: number, y: number): void {
    this.#focus.x = x;
    this.#focus.y = y;
  }

  /** @throws RangeError for a size that no desktop has */
  resize(size: Size): void {
    const { framebuffer } = this;
    if (size.width === framebuffer.width && size.height === framebuffer.height) return;
    this.framebuffer = new Framebuffer(size);
    this.framebuffer.takeOver(framebuffer);
    this.#tell(SIZE_KEY, encodeSize(size));
  }

  /** @param encoded as `encodeCursor` makes it */
  showCursor(encoded: Uint8Array): void {
    this.#cursor = encoded;
    this.#tell(CURSOR_KEY, encoded);
  }

  /** Resolves when all that was damaged is with the viewers. */
  async flush(): Promise<void> {
    let sliceEnds = performance.now() + SLICE_MS;
    for (const { framebuffer, tile } of this.#work()) {
      if (framebuffer === this.framebuffer) this.#encode(framebuffer, tile);
      if (performance.now() < sliceEnds) continue;
      await nextTurn();
      sliceEnds = performance.now() + SLICE_MS;
    }
  }

  *#work(): Generator<{ framebuffer: Framebuffer; tile: number }> {
    const { framebuffer } = this;
    const { damaged, columns } = framebuffer;
    const [x, y] = [this.#focus.x / TILE - 0.5, this.#focus.y / TILE - 0.5];
    const distance = (tile: number) => Math.hypot((tile % columns) - x, Math.floor(tile / columns) - y);
    const near = [...damaged].sort((a, b) => distance(a) - distance(b));
    damaged.clear();
    for (const tile of near) yield { framebuffer, tile };
  }

  #encode(framebuffer: Framebuffer, tile: number): void {
    const rect = framebuffer.tileRect(tile);
    const pixels = framebuffer.tile(rect);
    const { columns } = framebuffer;
    const key = tileKey(tile % columns, Math.floor(tile / columns));
    const bytes = Buffer.from(pixels.buffer, pixels.byteOffset, pixels.byteLength);
    const digest = `${rect.width} ${rect.height} ${hash('sha256', bytes, 'base64')}`;
    if (this.#tiles.get(key)?.digest === digest) return;
    const encoded = encodeTile(pixels, rect.width, rect.height);
    this.#tiles.set(key, { digest, bytes: encoded });
    this.#tell(key, encoded);
  }

  #tell(key: number, content: Uint8Array): void {
    for (const viewer of this.#viewers) viewer.set(key, content);
  }
}
