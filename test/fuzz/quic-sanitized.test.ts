/** Hostile packets against the addon under sanitizers; `scripts/fuzz-quic.ts` runs it for as long as wanted. */
import { randomBytes } from 'node:crypto';
import { beforeAll, expect, test } from 'vitest';
import { type InitialPacket, openInitial, sealInitial } from './initial-packet.ts';
import { buildSanitized, fuzzQuic } from './quic-fuzz.ts';

beforeAll(() => void buildSanitized(), 300_000);

test('a sealed Initial opens again, and with nothing changed is the same', () => {
  const packet: InitialPacket = {
    destination: randomBytes(12),
    source: randomBytes(5),
    token: randomBytes(70),
    number: 3,
    frames: randomBytes(1100),
  };
  const sealed = sealInitial(packet, 'client');
  const opened = openInitial(sealed, 'client');
  expect(opened).toEqual(packet);
  expect(sealInitial(opened as InitialPacket, 'client')).toEqual(sealed);
  sealed[200] = (sealed[200] ?? 0) ^ 1;
  expect(openInitial(sealed, 'client')).toBeUndefined();
});

test('ten seconds of hostile packets: no report, nothing changed, and new connections work', async () => {
  const { problems, relay, peers } = await fuzzQuic({ seconds: 10, seed: 20_260_101 });
  expect(problems).toEqual([]);
  expect(relay.toServer + relay.toClients).toBeGreaterThan(10_000);
  expect(relay.sealed).toBeGreaterThan(100);
  // The peers did get through to each other meanwhile.
  expect(peers).toMatchObject({ sanitized: true, corrupted: 0, freshConnections: 2 });
  expect(peers?.bytesEchoed).toBeGreaterThan(1_000_000);
  for (const what of ['resumed', 'resets', 'stops', 'datagrams', 'rebinds', 'keyUpdates'] as const)
    expect(peers?.[what], what).toBeGreaterThan(0);
});

/** Debian 12's keeps its assertions, and sends again what others forget: where it is content, our own memory is in order. */
test("the same with the system's ngtcp2", async () => {
  const { problems, relay } = await fuzzQuic({ seconds: 10, seed: 20_260_102, ngtcp2: 'system' });
  expect(problems).toEqual([]);
  expect(relay.toServer + relay.toClients).toBeGreaterThan(10_000);
});
