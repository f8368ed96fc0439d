/** Encodings that TigerVNC does not choose by itself, and servers that say what they should not: a typed refusal or an ended session, in bounded memory. */
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { constants, deflateSync } from 'node:zlib';
import fc from 'fast-check';
import { afterEach, expect, test } from 'vitest';
import { ProtocolViolation, Refusal } from '../../../schema/refusal.ts';
import { SharedScreen } from '../../render/shared-screen.ts';
import { ByteSource } from './byte-source.ts';
import { InflateStream } from './encodings/inflate.ts';
import { Squares } from './encodings/zrle.ts';
import { Updates } from './updates.ts';
import { vncAdapter } from './vnc.ts';

const closing: (() => void)[] = [];
afterEach(() => {
  for (const close of closing.splice(0)) close();
});

/** A server that says this and hangs up. */
async function saying(...chunks: Uint8Array[]): Promise<number> {
  const server = createServer((socket) => {
    socket.on('error', () => {});
    socket.end(Buffer.concat(chunks));
  }).listen(0, '127.0.0.1');
  closing.push(() => server.close());
  await once(server, 'listening');
  return (server.address() as AddressInfo).port;
}

const bytes = (...values: (number | string)[]) =>
  Buffer.concat(values.map((each) => (typeof each === 'string' ? Buffer.from(each, 'latin1') : u32(each))));
function u32(value: number): Buffer {
  const out = Buffer.alloc(4);
  out.writeUInt32BE(value >>> 0);
  return out;
}
const HELLO = 'RFB 003.008\n';
function init(width: number, height: number, nameLength = 0): Buffer {
  const out = Buffer.alloc(24);
  out.writeUInt16BE(width, 0);
  out.writeUInt16BE(height, 2);
  out.writeUInt32BE(nameLength, 20);
  return out;
}

test.each([
  ['no VNC server', bytes('SSH-2.0-OpenSSH_9.2\r\n'), 'target_unreachable'],
  ['nothing at all', Buffer.alloc(0), 'target_unreachable'],
  ['no security and a reason', bytes(HELLO, '\x00', 5, 'no!\x1b['), 'target_refused'],
  ['a reason of four gigabytes', bytes(HELLO, '\x00', 0xffffffff), 'target_unreachable'],
  ['other security than wanted', bytes(HELLO, '\x01\x02'), 'target_untrusted'],
  ['no, after all', bytes(HELLO, '\x01\x01', 1, 4, 'well'), 'target_auth_failed'],
  [
    'a desktop without pixels',
    bytes(HELLO, '\x01\x01', 0, init(0, 600).toString('latin1')),
    'target_unreachable',
  ],
  [
    'a desktop of four gigapixels',
    bytes(HELLO, '\x01\x01', 0, init(65_535, 65_535).toString('latin1')),
    'target_unreachable',
  ],
  [
    'a name of four gigabytes',
    bytes(HELLO, '\x01\x01', 0, init(800, 600, 0xffffffff).toString('latin1')),
    'target_unreachable',
  ],
])('a server that says %s is refused', async (_, said, code) => {
  const target = { protocol: 'vnc', host: '127.0.0.1', port: await saying(said), security: 'none' } as const;
  const refused = vncAdapter.open(target, undefined, AbortSignal.timeout(10_000));
  await expect(refused).rejects.toThrow(Refusal);
  await expect(refused).rejects.toMatchObject({ code });
});

test('a server of version 3.3 or 3.7 is understood', async () => {
  const old = bytes('RFB 003.003\n', 1, init(8, 8).toString('latin1'));
  const newer = bytes('RFB 003.007\n', '\x02\x02\x01', init(8, 8).toString('latin1'));
  for (const said of [old, newer]) {
    const target = {
      protocol: 'vnc',
      host: '127.0.0.1',
      port: await saying(said),
      security: 'none',
    } as const;
    const session = await vncAdapter.open(target, undefined, AbortSignal.timeout(10_000));
    expect(await session.ended).toContain('gone');
  }
});

/** What a screen is after a server said this. */
async function drawn(said: Uint8Array): Promise<SharedScreen> {
  const port = await saying(said);
  const socket: Socket = connect(port, '127.0.0.1');
  const inflate = new InflateStream();
  closing.push(
    () => socket.destroy(),
    () => inflate.close(),
  );
  const screen = new SharedScreen({ width: 40, height: 40 });
  await new Updates(new ByteSource(socket), screen, inflate).next();
  return screen;
}

function update(encoding: number, rect: [number, number, number, number], body: Uint8Array): Buffer {
  const head = Buffer.alloc(16);
  head.writeUInt16BE(1, 2);
  for (const [at, value] of rect.entries()) head.writeUInt16BE(value, 4 + at * 2);
  head.writeInt32BE(encoding, 12);
  return Buffer.concat([head, body]);
}

test('Hextile: background, rectangles in one colour and in many, raw', async () => {
  const [red, blue] = [Uint8Array.of(0, 0, 255, 0), Uint8Array.of(255, 0, 0, 0)];
  const one = Buffer.concat([Uint8Array.of(2 | 4 | 8), red, blue, Uint8Array.of(1, 0x12, 0x21)]);
  const many = Buffer.concat([Uint8Array.of(8 | 16, 1), blue, Uint8Array.of(0x00, 0x00)]);
  const { framebuffer } = await drawn(update(5, [0, 0, 20, 16], Buffer.concat([one, many])));
  const at = (x: number, y: number) => framebuffer.pixels[y * 40 + x];
  expect([at(0, 0), at(1, 2), at(3, 3), at(4, 2), at(16, 0), at(17, 0), at(20, 0)]).toEqual([
    0xff0000, 0xff, 0xff, 0xff0000, 0xff, 0xff0000, 0,
  ]);
});

const sync = (body: Uint8Array) => deflateSync(body, { finishFlush: constants.Z_SYNC_FLUSH });
const zrleBody = (body: Uint8Array) => Buffer.concat([u32(sync(body).length), sync(body)]);

test('ZRLE: each kind of square', () => {
  const rgb = (...colours: number[]) =>
    colours.flatMap((colour) => [colour & 0xff, (colour >> 8) & 0xff, colour >> 16]);
  const of = (width: number, height: number, ...said: number[]) => [
    ...new Squares(Buffer.from(said)).next(width, height),
  ];
  expect(of(2, 1, 0, ...rgb(0x010203, 0x0a0b0c))).toEqual([0x010203, 0x0a0b0c]);
  expect(of(2, 1, 1, ...rgb(0x010203))).toEqual([0x010203, 0x010203]);
  expect(of(3, 2, 2, ...rgb(7, 9), 0b10100000, 0b01000000)).toEqual([9, 7, 9, 7, 9, 7]);
  expect(of(3, 1, 3, ...rgb(7, 8, 9), 0b10010000)).toEqual([9, 8, 7]);
  expect(of(20, 20, 128, ...rgb(5), 255, 143, ...rgb(6), 0)).toEqual([...Array(399).fill(5), 6]);
  expect(of(4, 1, 130, ...rgb(5, 6), 129, 1, 0, 1)).toEqual([6, 6, 5, 6]);
});

test.each([
  ['a rectangle beyond the desktop', update(0, [39, 0, 2, 1], Buffer.alloc(8))],
  ['a copy from beyond it', update(1, [0, 0, 4, 4], Uint8Array.of(0, 38, 0, 0))],
  ['an encoding nobody asked for', update(7, [0, 0, 4, 4], Buffer.alloc(64))],
  ['a desktop of four gigapixels', update(-223, [0, 0, 65_535, 65_535], Buffer.alloc(0))],
  ['a pointer as large as a screen', update(-239, [0, 0, 4_000, 4_000], Buffer.alloc(0))],
  ['a zlib bomb', update(16, [0, 0, 40, 40], zrleBody(Buffer.alloc(50_000_000)))],
  ['zlib that is none', update(16, [0, 0, 40, 40], Buffer.concat([u32(5), Buffer.from('hello')]))],
  ['a square that is cut short', update(16, [0, 0, 40, 40], zrleBody(Uint8Array.of(0, 1, 2)))],
  ['a clipboard of four gigabytes', bytes('\x03\x00\x00\x00', 0xffffffff)],
  ['a message of unknown kind', Uint8Array.of(99)],
])('ends where a server sends %s', async (_, said) => {
  await expect(drawn(said)).rejects.toThrow(ProtocolViolation);
});

test('whatever a square says, it is pixels or a violation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ minLength: 1, maxLength: 300 }), (said) => {
      try {
        expect(new Squares(Buffer.from(said)).next(64, 64).length).toBe(4096);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolViolation);
      }
    }),
    { numRuns: 3_000 },
  );
});

test('whatever a server says after its greeting, the session ends and nothing else does', async () => {
  const said = fc.uint8Array({ maxLength: 400 });
  await fc.assert(
    fc.asyncProperty(said, fc.constantFrom(0, 1, 5, 16, -223, -239, -308), async (body, encoding) => {
      await drawn(update(encoding, [0, 0, 20, 20], body)).catch((error: unknown) =>
        expect(error).toBeInstanceOf(ProtocolViolation),
      );
    }),
    { numRuns: 150 },
  );
});
