import fc from 'fast-check';
import { expect, test } from 'vitest';
import { z } from 'zod';
import { ProtocolViolation } from '../refusal.ts';
import { ChannelOpen } from './channel.ts';
import { FlowOpen } from './flow.ts';
import { LinkMessage } from './link.ts';
import { decodeMessage, encodeMessage, MAX_MESSAGE, messageLength } from './message.ts';
import { ClientOpening } from './opening.ts';

const attachment = '0f8fad5b-d9cb-469f-a165-70867728950e';

test('a message survives the wire', () => {
  const open = {
    type: 'channel',
    attachment,
    channel: 'terminal',
    number: 7,
    path: 1,
    point: new Uint8Array(22).fill(9),
  };
  const back = decodeMessage(ChannelOpen, encodeMessage(open));
  expect({ ...back, point: Uint8Array.from(back.point ?? []) }).toEqual(open);
});

test('the length is known from two bytes and not before', () => {
  const bytes = encodeMessage({ type: 'ping', id: 1 });
  expect(messageLength(bytes.subarray(0, 1))).toBeUndefined();
  expect(messageLength(bytes)).toBe(bytes.length);
});

test('refuses to write what the prefix can not say', () => {
  expect(() => encodeMessage({ text: 'x'.repeat(MAX_MESSAGE) })).toThrow(RangeError);
});

test('refuses an unknown field and an unknown type', () => {
  const flow = { type: 'flow', to: attachment, class: 1, via: [attachment] };
  expect(() => decodeMessage(FlowOpen, encodeMessage({ ...flow, extra: 1 }))).toThrow(ProtocolViolation);
  expect(() => decodeMessage(LinkMessage, encodeMessage({ type: 'gossip' }))).toThrow(ProtocolViolation);
});

test('an entry is not told what a channel is for', () => {
  const open = { type: 'channel', attachment, channel: 'terminal', number: 1, path: 0 };
  decodeMessage(ClientOpening, encodeMessage(open));
  for (const more of [{ params: { mode: 'shell' } }, { channel: 'control' }, { number: 0 }])
    expect(() => decodeMessage(ClientOpening, encodeMessage({ ...open, ...more }))).toThrow(
      ProtocolViolation,
    );
});

test('refuses bytes after the message', () => {
  const bytes = encodeMessage({ a: 1 });
  expect(() => decodeMessage(z.object({ a: z.number() }), Uint8Array.of(...bytes, 0))).toThrow(
    ProtocolViolation,
  );
});

test('whatever arrives, the decoder answers with a message or a protocol violation', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (noise) => {
      try {
        decodeMessage(ClientOpening, Uint8Array.of(0, noise.length, ...noise));
      } catch (error) {
        expect(error).toBeInstanceOf(ProtocolViolation);
      }
    }),
    { numRuns: 2000 },
  );
});
