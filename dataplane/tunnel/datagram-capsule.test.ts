import fc from 'fast-check';
import { expect, test } from 'vitest';
import { encodePacket, PacketReader } from './datagram-capsule.ts';

const concat = (parts: readonly Uint8Array[]) => new Uint8Array(Buffer.concat(parts));

test('packets come out as they went in, however the stream is cut', () => {
  const packet = fc.uint8Array({ maxLength: 1500 });
  fc.assert(
    fc.property(fc.array(packet, { maxLength: 6 }), fc.integer({ min: 1, max: 700 }), (packets, cut) => {
      const bytes = concat(packets.map(encodePacket));
      const reader = new PacketReader();
      const found: Uint8Array[] = [];
      for (let at = 0; at < bytes.length; at += cut)
        found.push(...reader.push(bytes.subarray(at, at + cut)).map((one) => Uint8Array.from(one)));
      expect(found).toEqual(packets);
    }),
  );
});

test('the bytes are those of RFC 9297 and RFC 9298', () => {
  expect([...encodePacket(Uint8Array.of(0xaa, 0xbb))]).toEqual([0x00, 0x03, 0x00, 0xaa, 0xbb]);
});

test('other capsules and contexts are passed over, one too long ends it', () => {
  const reader = new PacketReader();
  const other = Uint8Array.of(0x17, 0x02, 1, 2);
  const context = Uint8Array.of(0x00, 0x02, 0x05, 9);
  expect(
    reader.push(concat([other, context, encodePacket(Uint8Array.of(7))])).map((one) => [...one]),
  ).toEqual([[7]]);
  expect(() => reader.push(Uint8Array.of(0x00, 0x7f, 0xff))).toThrow('too long');
});
