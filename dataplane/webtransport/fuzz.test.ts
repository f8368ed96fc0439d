/** What a peer may send, changed in every way a hostile one would: seeded, so that a failure comes again. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolViolation } from '../../schema/refusal.ts';
import { CapsuleReader, encodeClose, encodeDrain } from './capsule.ts';
import { encodeFrame, FRAME, FrameReader } from './frames.ts';
import { H3, Http3Error } from './http3-error.ts';
import { decodeFields, encodeFields, MAX_FIELD_SECTION } from './qpack.ts';
import { decodeSettings, encodeSettings, supportsWebTransport } from './settings.ts';
import { STREAM, streamHead, webTransportHead } from './stream-head.ts';
import { readVarint, writeVarint } from './varint.ts';

const SEED = 20_260_101;
const RUNS = 1500;
const check = (property: fc.IRawProperty<unknown>, numRuns = RUNS) =>
  fc.assert(property as fc.IProperty<unknown>, { seed: SEED, numRuns });

const hex = (bytes: Uint8Array) => Buffer.from(bytes).toString('hex');
/** RFC 9114 section 7.2.8: numbers that say nothing and must be passed over. */
const grease = fc.integer({ min: 0, max: 2 ** 32 }).map((n) => 0x1f * n + 0x21);
const GREASE_CAPSULE = Uint8Array.from([...writeVarint(0x1f * 1000 + 0x17), 3, 1, 2, 3]);

const request = encodeFields([
  [':method', 'CONNECT'],
  [':protocol', 'webtransport'],
  [':scheme', 'https'],
  [':authority', 'a.example:4433'],
  [':path', '/t'],
  ['origin', 'https://b.example'],
  ['sec-webtransport-http3-draft02', '1'],
]);
// RFC 7541 appendix C.4.1 and C.6.1: Huffman text.
const huffman = Buffer.from('0000508cf1e3c2e5f23a6ba0ab90f4ff', 'hex');
const CLOSES = [
  { code: 0, reason: '' },
  { code: 0xffff_ffff, reason: 'grüße' },
];
const capsules = Buffer.concat([encodeDrain(), GREASE_CAPSULE, ...CLOSES.map(encodeClose)]);
const frames = Buffer.concat([
  encodeFrame(FRAME.settings, encodeSettings()),
  encodeFrame(0x21, new Uint8Array(70)),
  encodeFrame(FRAME.headers, request),
  encodeFrame(FRAME.data, capsules),
  encodeFrame(FRAME.goaway, Uint8Array.of(0)),
]);

type Feed = (push: Uint8Array) => unknown;
/** What each parser says of a whole input; `undefined` where it waits for more. */
const PARSERS: Readonly<Record<string, { genuine: Uint8Array[]; parse: () => Feed }>> = {
  frames: { genuine: [frames], parse: readFrames },
  capsules: { genuine: [capsules], parse: readCapsules },
  fields: { genuine: [request, huffman], parse: () => decodeFields },
  settings: { genuine: [encodeSettings()], parse: () => decodeSettings },
  integers: {
    genuine: [0, 63, 64, 16_383, 16_384, 2 ** 30, Number.MAX_SAFE_INTEGER].map((n) =>
      Uint8Array.from(writeVarint(n)),
    ),
    parse: () => (bytes) => readVarint(bytes, 0),
  },
  'heads of bidirectional streams': {
    genuine: [webTransportHead(true, 4), frames],
    parse: () => streamHead(true),
  },
  'heads of unidirectional streams': {
    genuine: [webTransportHead(false, 2 ** 40), Uint8Array.of(STREAM.control, ...frames)],
    parse: () => streamHead(false),
  },
};

/** Gives the frames so far, each as type and payload. */
function readFrames(): (chunk: Uint8Array) => [number, string][] {
  const seen: [number, string][] = [];
  const reader = new FrameReader((type, payload) => seen.push([type, hex(payload)]));
  return (chunk) => {
    reader.push(chunk);
    return seen;
  };
}

/** Gives the capsules so far. */
function readCapsules(): (chunk: Uint8Array) => unknown[] {
  const seen: unknown[] = [];
  const reader = new CapsuleReader();
  return (chunk) => {
    seen.push(...reader.push(chunk));
    return seen;
  };
}

/** What comes out of `work`: its value, or the code of the error that closes the connection. Anything else thrown fails the test. */
function outcome(work: () => unknown): unknown {
  try {
    return work();
  } catch (error) {
    if (error instanceof Http3Error) return { code: error.code };
    if (error instanceof ProtocolViolation) return { violation: true };
    throw error;
  }
}

type Change = (bytes: Uint8Array) => Uint8Array;
const place = fc.double({ min: 0, max: 1, noNaN: true });
const at = (bytes: Uint8Array, where: number) => Math.min(bytes.length - 1, Math.floor(where * bytes.length));
const change: fc.Arbitrary<Change> = fc.oneof(
  place.map((where) => (bytes: Uint8Array) => bytes.slice(0, Math.floor(where * bytes.length))),
  fc.uint8Array({ maxLength: 40 }).map((more) => (bytes: Uint8Array) => Buffer.concat([bytes, more])),
  fc.tuple(place, fc.nat(7)).map(([where, bit]) => (bytes: Uint8Array) => {
    const out = Uint8Array.from(bytes);
    if (out.length > 0) out[at(out, where)] = (out[at(out, where)] ?? 0) ^ (1 << bit);
    return out;
  }),
  fc.tuple(place, fc.nat(255)).map(([where, octet]) => (bytes: Uint8Array) => {
    const out = Uint8Array.from(bytes);
    if (out.length > 0) out[at(out, where)] = octet;
    return out;
  }),
  fc.tuple(place, place, fc.integer({ min: 2, max: 5 })).map(([a, b, times]) => (bytes: Uint8Array) => {
    const [from, to] = [Math.floor(Math.min(a, b) * bytes.length), Math.ceil(Math.max(a, b) * bytes.length)];
    const part = bytes.subarray(from, to);
    return Buffer.concat([bytes.subarray(0, from), ...Array(times).fill(part), bytes.subarray(to)]);
  }),
  fc.tuple(place, fc.uint8Array({ maxLength: 12 })).map(([where, more]) => (bytes: Uint8Array) => {
    const cut = Math.floor(where * bytes.length);
    return Buffer.concat([bytes.subarray(0, cut), more, bytes.subarray(cut)]);
  }),
);
const changes = fc.array(change, { minLength: 1, maxLength: 4 });

for (const [name, { genuine, parse }] of Object.entries(PARSERS)) {
  test(`${name}: what is changed is read or refused, never worse`, () => {
    check(
      fc.property(fc.constantFrom(...genuine), changes, (bytes, all) => {
        const input = all.reduce((changed, one) => one(changed), bytes);
        outcome(() => parse()(input));
      }),
    );
  });

  test(`${name}: noise is read or refused, never worse`, () => {
    check(
      fc.property(fc.uint8Array({ maxLength: 600 }), (noise) => {
        outcome(() => parse()(noise));
      }),
    );
  });
}

/** The last answer to `pieces`, or the error at which reading stopped, with what was read before it. */
function inPieces(parse: () => Feed, pieces: readonly Uint8Array[]): unknown {
  const feed = parse();
  let said: unknown;
  const error = outcome(() => {
    for (const piece of pieces) said = feed(piece);
    return undefined;
  });
  return { said: error === undefined ? said : 'stopped', error };
}

for (const [name, parse] of [
  ['frames', readFrames],
  ['capsules', readCapsules],
] as const) {
  const genuine = name === 'frames' ? frames : capsules;
  test(`${name}: cut at any byte, or into single bytes, the same is read`, () => {
    const whole = inPieces(parse, [genuine]);
    for (let cut = 0; cut <= genuine.length; cut += 1)
      expect(inPieces(parse, [genuine.subarray(0, cut), genuine.subarray(cut)])).toEqual(whole);
    const single = Array.from(genuine, (octet) => Uint8Array.of(octet));
    expect(inPieces(parse, single)).toEqual(whole);
  });

  test(`${name}: what is changed is read or refused the same however it is cut`, () => {
    check(
      fc.property(changes, fc.array(place, { maxLength: 6 }), (all, places) => {
        const input = all.reduce<Uint8Array>((changed, one) => one(changed), genuine);
        const cuts = [0, ...places.map((where) => Math.floor(where * input.length)), input.length];
        cuts.sort((a, b) => a - b);
        const pieces = cuts.map((from, n) => input.subarray(from, cuts[n + 1] ?? input.length));
        expect(inPieces(parse, pieces)).toEqual(inPieces(parse, [input]));
      }),
    );
  });
}

test('heads: the same stream is seen however little comes at first', () => {
  for (const bidirectional of [true, false]) {
    check(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        const whole = streamHead(bidirectional)(bytes);
        let first: unknown;
        for (let length = 0; length <= bytes.length && first === undefined; length += 1)
          first = streamHead(bidirectional)(bytes.subarray(0, length));
        expect(first).toEqual(whole);
      }),
      500,
    );
  }
});

test('integers: every one of 62 bits is read without losing its place', () => {
  check(
    fc.property(fc.bigInt({ min: 0n, max: 2n ** 62n - 1n }), (value) => {
      const bytes = Buffer.alloc(8);
      bytes.writeBigUInt64BE(value | (3n << 62n));
      const read = readVarint(bytes, 0);
      expect(read?.next).toBe(8);
      if (value <= Number.MAX_SAFE_INTEGER) expect(read?.value).toBe(Number(value));
      else expect(read?.value).toBeGreaterThan(Number.MAX_SAFE_INTEGER - 1);
    }),
  );
});

test('what is to be ignored is: frames, settings, capsules and streams', () => {
  check(
    fc.property(grease, fc.uint8Array({ maxLength: 100 }), (type, payload) => {
      const unknown = encodeFrame(type, payload);
      const quiet = inPieces(readFrames, [frames]);
      expect(inPieces(readFrames, [Buffer.concat([unknown, frames, unknown])])).toEqual(quiet);
      const plain = inPieces(readCapsules, [capsules]);
      expect(inPieces(readCapsules, [Buffer.concat([unknown, capsules, unknown])])).toEqual(plain);
      const setting = [...writeVarint(type), ...writeVarint(payload.length)];
      const settings = decodeSettings(Uint8Array.from([...setting, ...encodeSettings()]));
      expect(supportsWebTransport(settings)).toBe(true);
      const head = streamHead(false)(Uint8Array.from([...writeVarint(type), ...payload]));
      expect(head).toEqual({ value: { kind: 'unidirectional', type }, used: writeVarint(type).length });
    }),
    300,
  );
});

const LENGTHS = [65_537, 2 ** 31, 2 ** 32, Number.MAX_SAFE_INTEGER];

test('a huge length is refused at once, or skipped without keeping anything', () => {
  const claim = (type: number, length: number) =>
    Uint8Array.from([...writeVarint(type), ...writeVarint(length), 1, 2, 3]);
  for (const length of LENGTHS) {
    for (const type of Object.values(FRAME))
      expect(outcome(() => readFrames()(claim(type, length)))).toEqual({ code: H3.excessiveLoad });
    for (const type of [0x2843, 0x78ae])
      expect(outcome(() => readCapsules()(claim(type, length)))).toEqual({ code: H3.excessiveLoad });
    expect(readFrames()(claim(0x21, length))).toEqual([]);
    expect(readCapsules()(claim(0x17, length))).toEqual([]);
  }
});

/** Bytes by which all memory of the process grew over `work`. */
function grown(work: () => void): number {
  const used = () => process.memoryUsage().heapUsed + process.memoryUsage().arrayBuffers;
  const before = used();
  work();
  return used() - before;
}

test('an unknown frame or capsule of a gigabyte passes through in little memory', () => {
  const chunk = new Uint8Array(1 << 20);
  const head = (type: number) => Uint8Array.from([...writeVarint(type), ...writeVarint(2 ** 30)]);
  const [frameFeed, capsuleFeed] = [readFrames(), readCapsules()];
  frameFeed(head(0x21));
  for (let n = 0; n < 1024; n += 1) frameFeed(chunk);
  expect(frameFeed(frames)).toEqual(readFrames()(frames));
  const kept = grown(() => {
    capsuleFeed(head(0x17));
    for (let n = 0; n < 64; n += 1) capsuleFeed(chunk);
  });
  // Garbage that was not collected yet counts; what must not be is all of it kept and doubled.
  expect(kept).toBeLessThan(256 << 20);
});

test('a field section decodes to no more than it may, whatever it refers to', () => {
  const references = new Uint8Array(60_000).fill(0xc0 | 17);
  references.set([0, 0]);
  expect(outcome(() => decodeFields(references))).toEqual({ code: H3.excessiveLoad });
  const long = encodeFields([['a', 'b'.repeat(MAX_FIELD_SECTION)]]);
  expect(outcome(() => decodeFields(long))).toEqual({ code: H3.excessiveLoad });
  // The Huffman code of '0' is five zero bits: the most text a frame can hold.
  const huffmanOf = (length: number, present: number) => {
    const rest = length - 0x7f;
    const size = [
      0xff,
      (rest & 0x7f) | 0x80,
      ((rest >> 7) & 0x7f) | 0x80,
      ((rest >> 14) & 0x7f) | 0x80,
      rest >>> 21,
    ];
    return Buffer.concat([Uint8Array.of(0, 0, 0x21, 0x61, ...size), new Uint8Array(present)]);
  };
  expect(outcome(() => decodeFields(huffmanOf(65_500, 65_500)))).toEqual({ code: H3.excessiveLoad });
  for (const length of [1000, 2 ** 21, 2 ** 27])
    expect(outcome(() => decodeFields(huffmanOf(length, 100)))).toEqual({
      code: H3.qpackDecompressionFailed,
    });
});
