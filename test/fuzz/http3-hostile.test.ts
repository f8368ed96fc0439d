/** Peers that are let in and then break every rule of HTTP/3 and WebTransport: the server ends them, forgets them, and serves the others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { bindEndpoint } from '../../dataplane/quic/endpoint.ts';
import { Watched } from '../../dataplane/transport/conformance.ts';
import { echo } from '../../dataplane/transport/test-echo.ts';
import { TransportClosed } from '../../dataplane/transport/transport.ts';
import { dialSession, type Serving, serving, testEntry } from '../../dataplane/webtransport/test-pair.ts';
import { seededRandom } from '../random.ts';
import { hostileLife } from './http3-hostile.ts';

const SEED = 20_261_121;
const ATTACK_MS = 8_000;
const AT_ONCE = 4;
const MIB = 1 << 20;

/** Echoes sessions as they come. */
function echoAll(server: Serving): { stop(): void } {
  let seen = 0;
  const timer = setInterval(() => {
    for (const session of server.sessions.slice(seen)) echo(session);
    seen = server.sessions.length;
  }, 5);
  return { stop: () => clearInterval(timer) };
}

test('hostile peers are ended with a code or bear their own close; a well-behaved one is served all the while', async () => {
  const entry = await testEntry();
  await using server = await serving(entry, 'quic');
  const echoing = echoAll(server);
  const witness = await dialSession(entry, server.url, 'quic');
  const stream = new Watched(await witness.openStream(1));
  const round = async (octet: number) => {
    stream.stream.write(Uint8Array.of(octet));
    await stream.until(() => stream.stream.read()?.at(-1) === octet);
  };
  await round(0);
  const before = process.memoryUsage().rss;
  const until = performance.now() + ATTACK_MS;
  const port = Number(new URL(server.url).port);
  const codes = new Map<number, number>();
  let lives = 0;
  const attack = async (seed: number) => {
    const random = seededRandom(seed);
    await using endpoint = await bindEndpoint();
    while (performance.now() < until) {
      const { by, code } = await Promise.race([
        hostileLife(endpoint, port, random),
        // It pings; it would never be noticed to be gone.
        sleep(300).then(() => ({ by: 'local', code: 0 }) as const),
      ]).catch((error: unknown) => {
        if (error instanceof TransportClosed) return error.info;
        throw error;
      });
      lives += 1;
      if (by === 'peer') codes.set(code, (codes.get(code) ?? 0) + 1);
    }
  };
  const attacks = Promise.all(Array.from({ length: AT_ONCE }, (_, n) => attack(SEED + n)));
  for (let octet = 1; performance.now() < until; octet = (octet + 1) % 256) {
    await round(octet);
    await sleep(10);
  }
  await attacks;
  await round(77);
  echoing.stop();
  // The attack was one: many lives, many of them ended for different reasons, many sessions granted.
  expect(lives).toBeGreaterThan(50);
  expect(codes.size).toBeGreaterThan(3);
  expect(server.sessions.length).toBeGreaterThan(20);
  await expect.poll(() => server.connections(), { timeout: 10_000 }).toBe(1);
  expect(process.memoryUsage().rss - before).toBeLessThan(300 * MIB);
  await witness.close(0, '');
}, 60_000);
