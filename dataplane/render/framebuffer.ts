/** What a desktop shows, pixel by pixel, and which of its tiles may have changed. Pixels are 32 bits as they lie in memory: blue, green, red, nothing. */
import { isPossible, type Size, TILE } from '../../schema/wire/render.ts';

export interface Rect {
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
}

export class Framebuffer {
  readonly width: number;
  readonly height: number;
  readonly pixels: Uint32Array;
  readonly columns: number;
  readonly rows: number;
  /** Tiles that something was drawn into, by row * columns + column, oldest first. */
  readonly damaged = new Set<number>();

  /** @throws RangeError for a size that no desktop has */
  constructor({ width, height }: Size) {
    if (!isPossible({ width, height })) throw new RangeError(`a desktop of ${width} x ${height}`);
    this.width = width;
    this.height = height;
    this.pixels = new Uint32Array(width * height);
    this.columns = Math.ceil(width / TILE);
    this.rows = Math.ceil(height / TILE);
  }

  has({ x, y, width, height }: Rect): boolean {
    return x >= 0 && y >= 0 && x + width <= this.width && y + height <= this.height;
  }

  /** To be called with a rectangle that it has. */
  damage({ x, y, width, height }: Rect): void {
    if (width === 0 || height === 0) return;
    const [left, right] = [Math.floor(x / TILE), Math.floor((x + width - 1) / TILE)];
    const [top, bottom] = [Math.floor(y / TILE), Math.floor((y + height - 1) / TILE)];
    for (let row = top; row <= bottom; row += 1)
      for (let column = left; column <= right; column += 1) this.damaged.add(row * this.columns + column);
  }

  fill({ x, y, width, height }: Rect, pixel: number): void {
    for (let row = y; row < y + height; row += 1) {
      const start = row * this.width + x;
      this.pixels.fill(pixel, start, start + width);
    }
  }

  /** @param pixels of the rectangle, row by row */
  put({ x, y, width, height }: Rect, pixels: Uint32Array): void {
    for (let row = 0; row < height; row += 1)
      this.pixels.set(pixels.subarray(row * width, (row + 1) * width), (y + row) * this.width + x);
  }

  /** From one place to another; they may overlap. */
  copy({ x, y, width, height }: Rect, fromX: number, fromY: number): void {
    for (let step = 0; step < height; step += 1) {
      const row = fromY < y ? height - 1 - step : step;
      const start = (fromY + row) * this.width + fromX;
      this.pixels.copyWithin((y + row) * this.width + x, start, start + width);
    }
  }

  /** What another showed goes on here, as far as there is room. All of it counts as damaged. */
  takeOver(before: Framebuffer): void {
    const width = Math.min(before.width, this.width);
    for (let row = 0; row < Math.min(before.height, this.height); row += 1)
      this.pixels.set(
        before.pixels.subarray(row * before.width, row * before.width + width),
        row * this.width,
      );
    this.damage({ x: 0, y: 0, width: this.width, height: this.height });
  }

  /** Where a tile lies: a full square, or what the edge leaves of it. */
  tileRect(index: number): Rect {
    const [x, y] = [(index % this.columns) * TILE, Math.floor(index / this.columns) * TILE];
    return { x, y, width: Math.min(TILE, this.width - x), height: Math.min(TILE, this.height - y) };
  }

  /** A copy of a tile's pixels without what lies in the unused byte. */
  tile({ x, y, width, height }: Rect): Uint32Array {
    const pixels = new Uint32Array(width * height);
    for (let row = 0; row < height; row += 1) {
      const start = (y + row) * this.width + x;
      for (let column = 0; column < width; column += 1)
        pixels[row * width + column] = (this.pixels[start + column] ?? 0) & 0xffffff;
    }
    return pixels;
  }
}
