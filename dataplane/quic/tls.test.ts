/** TLS as QUIC has it: names, tickets, keys that change. */
import { beforeAll, expect, test } from 'vitest';
import { nextStream, Watched } from '../transport/conformance.ts';
import { bindEndpoint } from './endpoint.ts';
import { native } from './native.ts';
import { testAuthority } from './test-identity.ts';
import { dialOptions, listening, quicPair, type TestLeaves, testLeaves } from './test-pair.ts';

let leaves: TestLeaves;
beforeAll(async () => {
  leaves = await testLeaves();
});

test('the certificate goes by the name that was asked for', async () => {
  const authority = await testAuthority();
  const [a, b] = await Promise.all([
    authority.issue('fabric://t/a', undefined, 'a.test'),
    authority.issue('fabric://t/b', undefined, 'b.test'),
  ]);
  await using far = await listening(leaves, { namedIdentities: [a, b] });
  await using near = await bindEndpoint();
  const shown = async (serverName?: string) => {
    const connection = await near.dial(
      dialOptions(leaves, far.endpoint.port, serverName === undefined ? {} : { serverName }),
    );
    return Buffer.from(connection.peer.certificates[0] ?? []);
  };
  expect(await shown('a.test')).toEqual(Buffer.from(a.der));
  expect(await shown('b.test')).toEqual(Buffer.from(b.der));
  expect(await shown('c.test')).toEqual(Buffer.from(leaves.server.der));
  expect(await shown()).toEqual(Buffer.from(leaves.server.der));
  await expect
    .poll(() => far.connections.map(({ peer }) => peer.serverName))
    .toEqual(['a.test', 'b.test', 'c.test', undefined]);
});

test('a ticket spares the certificates on the wire; both sides still know and judge each other', async () => {
  const judged: number[] = [];
  await using far = await listening(leaves, {
    tickets: true,
    accept: ({ certificates }) => judged.push(certificates.length) < 3,
  });
  await using near = await bindEndpoint();
  const first = await near.dial(dialOptions(leaves, far.endpoint.port));
  expect(first.resumed).toBe(false);
  await expect.poll(() => first.ticket).toBeDefined();
  const ticket = first.ticket as Uint8Array;
  const second = await near.dial(dialOptions(leaves, far.endpoint.port, { ticket }));
  expect(second.resumed).toBe(true);
  expect(Buffer.from(second.peer.certificates[0] ?? [])).toEqual(Buffer.from(leaves.server.der));
  await expect.poll(() => far.connections.length).toBe(2);
  expect(Buffer.from(far.connections[1]?.peer.certificates[0] ?? [])).toEqual(Buffer.from(leaves.client.der));
  const refused = await near.dial(dialOptions(leaves, far.endpoint.port, { ticket }));
  expect(await refused.closed).toMatchObject({ by: 'peer', code: 0x42 });
  expect(judged).toEqual([1, 1, 1]);
});

test("noise and another server's ticket lead to a full handshake", async () => {
  await using far = await listening(leaves, { tickets: true });
  await using other = await listening(leaves, { tickets: true });
  await using near = await bindEndpoint();
  const first = await near.dial(dialOptions(leaves, other.endpoint.port));
  await expect.poll(() => first.ticket).toBeDefined();
  for (const ticket of [first.ticket as Uint8Array, new Uint8Array(200).fill(7), new Uint8Array()]) {
    const connection = await near.dial(dialOptions(leaves, far.endpoint.port, { ticket }));
    expect([connection.resumed, connection.peer.certificates.length]).toEqual([false, 1]);
  }
});

test('keys change again and again, from both sides, and no byte is lost', async () => {
  await using pair = await quicPair(leaves);
  const arrived = nextStream(pair.listener);
  const near = new Watched(await pair.dialer.openStream(4));
  near.stream.write(Uint8Array.of(0));
  const far = new Watched(await arrived);
  const startedAt = performance.now();
  let updates = 0;
  for (let round = 1; updates < 4; round += 1) {
    // One update is confirmed before the next may begin (RFC 9001 section 6.5: three times the probe time-out).
    expect(performance.now() - startedAt).toBeLessThan(20_000);
    if ((updates % 2 === 0 ? pair.dialer : pair.listener).updateKeys()) updates += 1;
    for (const [from, to] of [
      [near, far],
      [far, near],
    ] as const) {
      from.stream.write(Uint8Array.of(round % 256));
      await to.until(() => to.stream.read()?.at(-1) === round % 256);
    }
  }
});

test("packets are sealed by the OpenSSL of the Node that runs this, not by GnuTLS's slower cipher", () => {
  expect(native.packetProtection()).toBe('openssl');
});
