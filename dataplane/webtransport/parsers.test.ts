import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CapsuleReader, encodeClose } from './capsule.ts';
import { encodeFrame, FRAME, FrameReader } from './frames.ts';
import { Http3Error } from './http3-error.ts';
import { decodeFields, encodeFields } from './qpack.ts';
import { fromHttp3Code, toHttp3Code } from './session.ts';
import { decodeSettings, encodeSettings, supportsWebTransport } from './settings.ts';
import { readVarint, writeVarint } from './varint.ts';

const bytes = (hex: string) => Uint8Array.from(Buffer.from(hex, 'hex'));

/** Runs a parser on noise: it answers, or throws the one error that closes the connection. */
function survives(parse: (noise: Uint8Array) => void): void {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 400 }), (noise) => {
      try {
        parse(noise);
      } catch (error) {
        expect(error).toBeInstanceOf(Http3Error);
      }
    }),
    { numRuns: 3000 },
  );
}

test('integers are those of RFC 9000 appendix A.1', () => {
  expect(readVarint(bytes('9d7f3e7d'), 0)).toEqual({ value: 494878333, next: 4 });
  expect(readVarint(bytes('7bbd'), 0)).toEqual({ value: 15293, next: 2 });
  expect(readVarint(bytes('25'), 0)).toEqual({ value: 37, next: 1 });
  fc.assert(
    fc.property(fc.maxSafeNat(), (value) => {
      expect(readVarint(Uint8Array.from(writeVarint(value)), 0)?.value).toBe(value);
    }),
  );
});

test('a header comes out of QPACK as it went in', () => {
  const name = fc.stringMatching(/^[a-z][a-z0-9-]{0,20}$/);
  const value = fc.stringMatching(/^[ -~]{0,200}$/);
  fc.assert(
    fc.property(fc.array(fc.tuple(name, value), { maxLength: 20 }), (fields) => {
      expect(decodeFields(encodeFields(fields))).toEqual(fields);
    }),
  );
});

test('reads Huffman text (RFC 7541 appendix C.4.1) and static entries (RFC 9204 appendix B.1)', () => {
  expect(decodeFields(bytes('0000508cf1e3c2e5f23a6ba0ab90f4ff'))).toEqual([
    [':authority', 'www.example.com'],
  ]);
  expect(decodeFields(bytes('0000510b2f696e6465782e68746d6c'))).toEqual([[':path', '/index.html']]);
});

test('refuses the dynamic table, entries that do not exist, and text that ends early', () => {
  for (const hex of ['0200', '0000ff80', '000080', '00005105', '0000508cf1']) {
    expect(() => decodeFields(bytes(hex)), hex).toThrow(Http3Error);
  }
});

test('frames survive any cutting, and unknown ones are passed over', () => {
  const wire = Buffer.concat([
    encodeFrame(0x21, new Uint8Array(50)),
    encodeFrame(FRAME.headers, bytes('0102')),
    encodeFrame(FRAME.data, bytes('')),
  ]);
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: wire.length }), { maxLength: 10 }), (cuts) => {
      const seen: [number, string][] = [];
      const reader = new FrameReader((type, payload) =>
        seen.push([type, Buffer.from(payload).toString('hex')]),
      );
      const places = [0, ...cuts.sort((a, b) => a - b), wire.length];
      for (const [at, from] of places.entries())
        reader.push(wire.subarray(from, places[at + 1] ?? wire.length));
      expect(seen).toEqual([
        [FRAME.headers, '0102'],
        [FRAME.data, ''],
      ]);
    }),
  );
});

test('a close capsule survives the wire; codes fit between those of HTTP/3', () => {
  const close = { code: 77, reason: 'grüße' };
  expect(new CapsuleReader().push(encodeClose(close))).toEqual([{ type: 'close', close }]);
  for (const code of [0, 1, 29, 30, 31, 77, 255, 0xffffffff])
    expect(fromHttp3Code(toHttp3Code(code))).toBe(code);
  // What Chromium sent for 77.
  expect(toHttp3Code(77)).toBe(91141958510890);
  expect(fromHttp3Code(0x10c)).toBe(0);
});

test('our settings say that we speak WebTransport, and a doubled one is refused', () => {
  expect(supportsWebTransport(decodeSettings(encodeSettings()))).toBe(true);
  expect(supportsWebTransport(decodeSettings(bytes('3301')))).toBe(false);
  expect(() => decodeSettings(bytes('33013301'))).toThrow(Http3Error);
});

test('no noise gets more out of the parsers than an error', () => {
  survives(decodeFields);
  survives(decodeSettings);
  survives((noise) => new FrameReader(() => {}).push(noise));
  survives((noise) => new CapsuleReader().push(noise));
});
