/** Records alone: how they come out of a stream, and what is not one. */
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ProtocolViolation } from '../../schema/refusal.ts';
import { RECORD_KIND } from '../../schema/wire/record.ts';
import { nodeAead } from './node-aead.ts';
import { Opener, RecordReader, Sealer } from './seal.ts';
import { testKeys } from './test-path.ts';
import { webAead } from './web-aead.ts';

const reading = (chunks: Uint8Array[]) => {
  const left = [...chunks];
  return () => left.shift();
};

test('records come out as they went in, however the stream is cut', async () => {
  const [client] = await testKeys(nodeAead);
  let number = 0;
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 300 }), { maxLength: 6 }),
      fc.integer({ min: 1, max: 200 }),
      async (bodies, piece) => {
        number += 1;
        const { sealer } = await client.channel({ kind: 'stream', number });
        const records = await Promise.all(bodies.map((body) => sealer.seal(RECORD_KIND.data, 0, body)));
        const wire = Buffer.concat(records);
        const chunks: Uint8Array[] = [];
        for (let at = 0; at < wire.length; at += piece) chunks.push(wire.subarray(at, at + piece));
        const [reader, read] = [new RecordReader(), reading(chunks)];
        const got = records.map(() => Buffer.from(reader.next(read) ?? []).toString('hex'));
        expect(got).toEqual(records.map((record) => Buffer.from(record.subarray(2)).toString('hex')));
        expect(reader.next(read)).toBeUndefined();
      },
    ),
  );
});

test('whatever comes, the reader gives records of a possible length or says that the protocol is broken', () => {
  fc.assert(
    fc.property(fc.array(fc.uint8Array({ maxLength: 100 }), { maxLength: 20 }), (chunks) => {
      const [reader, read] = [new RecordReader(), reading(chunks)];
      try {
        for (let record = reader.next(read); record; record = reader.next(read))
          expect(record.length).toBeGreaterThanOrEqual(23);
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolViolation);
      }
    }),
    { numRuns: 2000 },
  );
});

test('both ciphers seal the same bytes, and open each other’s, across changes of keys', async () => {
  const key = new Uint8Array(32).fill(5);
  const [fast, slow] = [new Sealer(key, nodeAead, 3, 0, 7), new Sealer(key, webAead, 3, 0, 7)];
  const [opener, other] = [new Opener(key, webAead, 3, 0, 7), new Opener(key, nodeAead, 3, 0, 7)];
  for (let round = 0; round < 40; round += 1) {
    const body = new Uint8Array(round * 50).fill(round);
    const [a, b] = [
      await fast.seal(RECORD_KIND.data, round, body),
      await slow.seal(RECORD_KIND.data, round, body),
    ];
    expect(Buffer.from(a).equals(Buffer.from(b))).toBe(true);
    expect([...((await opener.open(a.subarray(2))) ?? [])]).toEqual([...body]);
    expect([...((await other.open(b.subarray(2))) ?? [])]).toEqual([...body]);
    expect([opener.next, other.next]).toEqual([round, round]);
  }
});

test('a record is good in its own place only: channel, direction and number', async () => {
  const key = new Uint8Array(32).fill(6);
  const record = (await new Sealer(key, nodeAead, 3, 0).seal(RECORD_KIND.data, 0, Uint8Array.of(1))).subarray(
    2,
  );
  expect(new Opener(key, nodeAead, 4, 0).open(record)).toBeUndefined();
  expect(new Opener(key, nodeAead, 3, 1).open(record)).toBeUndefined();
  const opener = new Opener(key, nodeAead, 3, 0);
  expect(opener.open(record)).toEqual(Buffer.of(1));
  expect(opener.open(record)).toBeUndefined();
});

test.each([
  ['node', nodeAead],
  ['web', webAead],
])('forged records at the change of keys do not change them: %s', async (_, make) => {
  const key = new Uint8Array(32).fill(9);
  const [sealer, opener] = [new Sealer(key, make, 3, 0, 2), new Opener(key, make, 3, 0, 2)];
  for (let round = 0; round < 6; round += 1) {
    const record = (await sealer.seal(RECORD_KIND.data, 0, Uint8Array.of(round))).slice(2);
    const forged = Uint8Array.from(record, (octet, at) => (at === 3 ? octet ^ 1 : octet));
    for (let tries = 0; tries < 3; tries += 1) expect(await opener.open(forged)).toBeUndefined();
    expect([...((await opener.open(record)) ?? [])]).toEqual([round]);
  }
});
