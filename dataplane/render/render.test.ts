/** What is shown is what was there: tiles of every kind come back exactly, and nothing that comes makes a decoder do more than a tile's work. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolViolation } from '../../schema/refusal.ts';
import { decodeSize, encodeSize, TILE, TILE_KIND, tileKey, tilePlace } from '../../schema/wire/render.ts';
import { decodeCursor, decodeTile } from './decode.ts';
import { encodeCursor, encodeTile } from './encode.ts';
import { Framebuffer } from './framebuffer.ts';

const side = fc.integer({ min: 1, max: TILE });

function pixelsOf({ rgba }: { rgba: Uint8ClampedArray }): number[] {
  return Array.from(
    { length: rgba.length / 4 },
    (_, at) => ((rgba[at * 4] ?? 0) << 16) | ((rgba[at * 4 + 1] ?? 0) << 8) | (rgba[at * 4 + 2] ?? 0),
  );
}

test.each([
  [1, TILE_KIND.solid],
  [2, TILE_KIND.palette],
  [4, TILE_KIND.palette],
  [16, TILE_KIND.palette],
  [256, TILE_KIND.palette],
  [4000, TILE_KIND.deflate],
])('a tile of up to %i colours comes back exactly', (colours, kind) => {
  const tile = fc.record({ width: side, height: side, seed: fc.integer({ min: 0, max: 0xffffff }) });
  fc.assert(
    fc.property(tile, ({ width, height, seed }) => {
      const colour = (at: number) => Math.imul((at * 7919) % colours, 2_654_435_761 + seed) >>> 8;
      const pixels = Uint32Array.from({ length: width * height }, (_, at) => colour(at));
      const encoded = encodeTile(pixels, width, height);
      const decoded = decodeTile(encoded);
      expect([decoded.width, decoded.height]).toEqual([width, height]);
      expect(pixelsOf(decoded)).toEqual([...pixels]);
      if (width * height > 4000) expect(encoded[0]).toBe(kind);
    }),
    { numRuns: 30 },
  );
});

test('a changed tile is either a picture of its size or a violation, never anything else', () => {
  const pixels = Uint32Array.from({ length: 30 * 20 }, (_, at) => at % 5);
  const good = [
    encodeTile(pixels, 30, 20),
    encodeTile(
      pixels.map((_, at) => at * 77),
      30,
      20,
    ),
  ];
  const change = fc.record({ at: fc.nat(2_000), to: fc.nat(255), cut: fc.nat(2_000), which: fc.nat(1) });
  fc.assert(
    fc.property(change, ({ at, to, cut, which }) => {
      const bytes = Uint8Array.from(good[which] ?? []).slice(0, cut + 1);
      bytes[at % bytes.length] = to;
      try {
        const { width, height, rgba } = decodeTile(bytes);
        expect(rgba.length).toBe(width * height * 4);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolViolation);
      }
    }),
    { numRuns: 2_000 },
  );
});

test('a pointer comes back with its point; one without pixels is none', () => {
  const rgba = Uint8Array.from({ length: 5 * 7 * 4 }, (_, at) => at);
  const shape = { width: 5, height: 7, x: 2, y: 3 };
  expect(decodeCursor(encodeCursor(shape, rgba))).toEqual({ ...shape, rgba: new Uint8ClampedArray(rgba) });
  expect(decodeCursor(encodeCursor({ width: 0, height: 0, x: 0, y: 0 }, new Uint8Array()))).toBeUndefined();
});

test('keys and places of tiles are one to one, and no other key is a place', () => {
  for (const [column, row] of [
    [0, 0],
    [127, 0],
    [3, 9],
    [127, 127],
  ] as const)
    expect(tilePlace(tileKey(column, row))).toEqual({ column, row });
  expect([tilePlace(0), tilePlace(1), tilePlace(tileKey(127, 127) + 1)]).toEqual([
    undefined,
    undefined,
    undefined,
  ]);
  expect(decodeSize(encodeSize({ width: 1280, height: 801 }))).toEqual({ width: 1280, height: 801 });
  expect(() => decodeSize(encodeSize({ width: 8192, height: 8192 }))).toThrow(ProtocolViolation);
});

test('copying within the screen gives what copying by way of another does, also where they overlap', () => {
  const place = fc.record({ x: fc.nat(60), y: fc.nat(60), fromX: fc.nat(60), fromY: fc.nat(60) });
  fc.assert(
    fc.property(place, side, side, ({ x, y, fromX, fromY }, width, height) => {
      const screen = new Framebuffer({ width: 130, height: 130 });
      for (const at of screen.pixels.keys()) screen.pixels[at] = at;
      const wanted = screen.tile({ x: fromX, y: fromY, width, height });
      screen.copy({ x, y, width, height }, fromX, fromY);
      expect(screen.tile({ x, y, width, height })).toEqual(wanted);
    }),
  );
});

test('damage names every tile that a rectangle touches, and no other', () => {
  const screen = new Framebuffer({ width: 200, height: 130 });
  screen.damage({ x: 63, y: 64, width: 2, height: 64 });
  expect([...screen.damaged]).toEqual([4, 5]);
  expect(screen.tileRect(11)).toEqual({ x: 192, y: 128, width: 8, height: 2 });
});
