/** The desktop's picture on a canvas: tiles as they come, the pointer's shape as the browser's own, so that pointing never waits for the line. */
import type { Cursor, Picture, Size } from '../../../../dataplane/client/desktop.ts';
import type { Point } from './pointer.ts';

/** `fit` shows all of it, `actual` pixel for pixel, `match` asks the desktop to be as large as the window. */
export type Scale = 'fit' | 'actual' | 'match';

interface Placed {
  readonly x: number;
  readonly y: number;
  readonly picture: Picture;
}

export class Screen {
  readonly canvas: HTMLCanvasElement;
  readonly #host: HTMLElement;
  readonly #context: CanvasRenderingContext2D;
  /** All there is, for when the size changes: a canvas forgets its picture then. */
  readonly #tiles = new Map<string, Placed>();
  #scale: Scale = 'fit';

  constructor(host: HTMLElement, canvas: HTMLCanvasElement) {
    this.#host = host;
    this.canvas = canvas;
    const context = canvas.getContext('2d', { alpha: false });
    if (!context) throw new Error('this browser has no canvas');
    this.#context = context;
  }

  resize({ width, height }: Size): void {
    if (this.canvas.width !== width || this.canvas.height !== height) {
      this.canvas.width = width;
      this.canvas.height = height;
      for (const tile of this.#tiles.values()) this.#draw(tile);
    }
    this.layOut();
  }

  tile(x: number, y: number, picture: Picture): void {
    const placed = { x, y, picture };
    this.#tiles.set(`${x} ${y}`, placed);
    this.#draw(placed);
  }

  cursor(shape: Cursor | undefined): void {
    this.canvas.style.cursor = shape ? `url(${imageOf(shape)}) ${shape.x} ${shape.y}, default` : 'none';
  }

  scale(scale: Scale): void {
    this.#scale = scale;
    this.layOut();
  }

  /** To be called when the window's size changed. */
  layOut(): void {
    const { canvas } = this;
    const { clientWidth, clientHeight } = this.#host;
    const fitting = Math.min(clientWidth / canvas.width, clientHeight / canvas.height);
    const factor = this.#scale === 'fit' ? fitting : 1 / devicePixelRatio;
    canvas.style.width = `${canvas.width * factor}px`;
    canvas.style.height = `${canvas.height * factor}px`;
  }

  /** As many pixels as the window has room for. */
  room(): Size {
    const side = (length: number) => Math.max(64, Math.floor(length * devicePixelRatio));
    return { width: side(this.#host.clientWidth), height: side(this.#host.clientHeight) };
  }

  place(clientX: number, clientY: number): Point {
    const { left, top, width, height } = this.canvas.getBoundingClientRect();
    const at = (part: number, pixels: number) => Math.min(pixels - 1, Math.max(0, Math.floor(part * pixels)));
    return {
      x: at((clientX - left) / width, this.canvas.width),
      y: at((clientY - top) / height, this.canvas.height),
    };
  }

  #draw({ x, y, picture }: Placed): void {
    this.#context.putImageData(new ImageData(picture.rgba, picture.width, picture.height), x, y);
  }
}

function imageOf({ width, height, rgba }: Picture): string {
  const canvas = document.createElement('canvas');
  canvas.width = width;
  canvas.height = height;
  canvas.getContext('2d')?.putImageData(new ImageData(rgba, width, height), 0, 0);
  return canvas.toDataURL();
}
