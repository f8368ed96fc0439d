/** Datagrams alone, with a relay that has all power over them: it loses, repeats, holds back, changes, and brings what was said elsewhere. */
import { createCipheriv } from 'node:crypto';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Soon } from './aead.ts';
import { DatagramOpener, DatagramSealer } from './datagram-seal.ts';
import { nodeAead } from './node-aead.ts';
import { testKeys } from './test-path.ts';
import { webAead } from './web-aead.ts';

const KEY = new Uint8Array(32).fill(5);
const text = (said: string) => new TextEncoder().encode(said);
const read = (body: Uint8Array | undefined) => body && new TextDecoder().decode(body);

async function sealed(sealer: DatagramSealer, bodies: readonly string[]): Promise<Uint8Array[]> {
  const all: Uint8Array[] = [];
  for (const body of bodies) all.push(Uint8Array.from((await sealer.seal(text(body))) ?? []));
  return all;
}
const opened = async (opener: DatagramOpener, datagram: Uint8Array | undefined) =>
  read(await opener.open(datagram ?? new Uint8Array()));

test('the bytes are what the wire’s description says, made here by hand', async () => {
  const sealer = new DatagramSealer(KEY, nodeAead, 7, 1);
  const [, second] = await sealed(sealer, ['one', 'two']);
  const cipher = createCipheriv('aes-256-gcm', KEY, Buffer.from('000000000000000000000001', 'hex'));
  cipher.setAAD(Buffer.from('00000007010000000000000001', 'hex'));
  const body = Buffer.concat([cipher.update('two'), cipher.final()]);
  const byHand = Buffer.concat([Buffer.from('000000000001', 'hex'), body, cipher.getAuthTag()]);
  expect(Buffer.from(second ?? []).toString('hex')).toBe(byHand.toString('hex'));
});

test('both ciphers seal the same, and open each other’s across changes of keys, in any order', async () => {
  const bodies = Array.from({ length: 60 }, (_, at) => `body ${at}`);
  const [fast, slow] = [
    new DatagramSealer(KEY, nodeAead, 3, 0, 7),
    new DatagramSealer(KEY, webAead, 3, 0, 7),
  ];
  const [wire, same] = [await sealed(fast, bodies), await sealed(slow, bodies)];
  expect(same).toEqual(wire);
  for (const aead of [nodeAead, webAead]) {
    const opener = new DatagramOpener(KEY, aead, 3, 0, 7);
    // Neighbours change places: every seventh pair lies across a change of keys.
    const order = bodies.map((_, at) => at ^ 1);
    const got: (string | undefined)[] = [];
    for (const at of order) got.push(await opened(opener, wire[at]));
    expect(got).toEqual(order.map((at) => bodies[at]));
    const overlapping = await Promise.all(wire.map((datagram) => opener.open(datagram) as Soon<undefined>));
    expect(overlapping).toEqual(wire.map(() => undefined));
  }
});

test('two of one number that are opened at once: one is good', async () => {
  const [datagram] = await sealed(new DatagramSealer(KEY, webAead, 1, 0), ['once']);
  const opener = new DatagramOpener(KEY, webAead, 1, 0);
  const both = await Promise.all([opened(opener, datagram), opened(opener, datagram)]);
  expect(both.filter((body) => body === 'once').length).toBe(1);
});

test('whatever a relay does with them: each body comes out at most once, and nothing else ever', async () => {
  const deed = fc.oneof(
    fc.record({ do: fc.constant('pass' as const), at: fc.nat(40) }),
    fc.record({ do: fc.constant('flip' as const), at: fc.nat(40), bit: fc.nat(400) }),
    fc.record({ do: fc.constant('cut' as const), at: fc.nat(40), bit: fc.nat(40) }),
    fc.record({ do: fc.constant('noise' as const), bytes: fc.uint8Array({ maxLength: 80 }) }),
  );
  const bodies = Array.from({ length: 41 }, (_, at) => `tile ${at}`);
  const wire = await sealed(new DatagramSealer(KEY, nodeAead, 9, 0, 21), bodies);
  await fc.assert(
    fc.asyncProperty(fc.array(deed, { maxLength: 120 }), async (deeds) => {
      const opener = new DatagramOpener(KEY, nodeAead, 9, 0, 21);
      const passed = new Set<number>();
      const got: (string | undefined)[] = [];
      for (const step of deeds) {
        if (step.do === 'noise') got.push(await opened(opener, step.bytes));
        else {
          const original = wire[step.at] ?? new Uint8Array();
          if (step.do === 'pass') passed.add(step.at);
          got.push(await opened(opener, step.do === 'pass' ? original : harmed(original, step)));
        }
      }
      const came = got.filter((body) => body !== undefined);
      expect(new Set(came)).toEqual(new Set([...passed].map((at) => bodies[at])));
      expect(came.length).toBe(passed.size);
    }),
    { numRuns: 300 },
  );
});

function harmed(datagram: Uint8Array, { do: deed, bit }: { do: 'flip' | 'cut'; bit: number }): Uint8Array {
  if (deed === 'cut') return datagram.subarray(0, Math.min(bit, datagram.length - 1));
  return datagram.map((octet, at) =>
    at === (bit >> 3) % datagram.length ? octet ^ (1 << (bit & 7)) : octet,
  );
}

test('those of another session, channel, kind or direction, or of the channel’s stream, are nobody’s', async () => {
  const [client, service] = await testKeys(nodeAead);
  const [stranger] = await testKeys(nodeAead);
  const name = { kind: 'render', number: 4 };
  const { opener } = await service.datagrams(name);
  const others = [
    await stranger.datagrams(name),
    await service.datagrams(name),
    await client.datagrams({ ...name, number: 5 }),
    await client.datagrams({ ...name, kind: 'input' }),
  ];
  for (const { sealer } of others) {
    const [datagram] = await sealed(sealer, ['from elsewhere']);
    expect(await opened(opener, datagram)).toBeUndefined();
  }
  const record = await (await client.channel(name)).sealer.seal(0, 0, text('of the stream'));
  expect(await opened(opener, Buffer.concat([new Uint8Array(6), record.subarray(2)]))).toBeUndefined();
  const [datagram] = await sealed((await client.datagrams(name)).sealer, ['genuine']);
  expect(await opened(opener, datagram)).toBe('genuine');
});

test('noise with a high number costs no keys, and harms nothing', async () => {
  let made = 0;
  const counting = (key: Uint8Array) => {
    made += 1;
    return nodeAead(key);
  };
  const opener = new DatagramOpener(KEY, counting, 1, 0, 4);
  for (let number = 0; number < 4000; number += 4)
    expect(await opened(opener, Uint8Array.from([0, 0, 0, 0, number >> 8, number, ...KEY]))).toBeUndefined();
  expect(made).toBeLessThan(12);
  const wire = await sealed(new DatagramSealer(KEY, nodeAead, 1, 0, 4), Array(30).fill('late'));
  expect(await opened(opener, wire[29])).toBe('late');
});
